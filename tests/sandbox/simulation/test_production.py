from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import BomMaster, Ledger, ProductionJob
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size


def bills(books: Ledger) -> Iterator[tuple[int, dict[int, Decimal]]]:
    """Option id of each thing made, and what one of it takes."""
    for bom in books.bom_masters:
        for made in bom.products:
            assert made.quantity == 1
            yield made.option_id, {part.option_id: part.quantity for part in made.components}


def kits(books: Ledger) -> dict[int, dict[int, Decimal]]:
    """Option id of each kit, and the components that stock is counted by."""
    recipes = {each.id: each.components for each in books.products if each.components}
    return {
        option.id: {part.option_id: part.quantity for part in recipes[option.product_id]}
        for option in books.options
        if option.product_id in recipes
    }


def finished(books: Ledger) -> list[ProductionJob]:
    return [job for job in books.production_jobs if job.completed_at and not job.deleted_at]


def test_every_kit_has_the_bill_that_its_stock_follows(books: Ledger) -> None:
    """A kit's bill of materials names exactly the components that its sales move."""
    found = dict(bills(books))
    assert kits(books)
    for option_id, components in kits(books).items():
        assert {id: quantity for id, quantity in found[option_id].items() if quantity} == components


def test_one_kit_holds_another(books: Ledger) -> None:
    """The components of one kit include another kit."""
    recipes = kits(books)
    assert sum(not recipes.keys().isdisjoint(parts) for parts in recipes.values()) == 1


def test_one_pair_of_bills_needs_each_other(books: Ledger) -> None:
    """Two things that are made, neither a kit, are components of each other."""
    found = dict(bills(books))
    pairs = {
        frozenset((option_id, part))
        for option_id, parts in found.items()
        for part in parts
        if option_id in found.get(part, {})
    }
    assert len(pairs) == 1
    assert not set(*pairs) & set(kits(books))


def test_one_component_is_in_no_catalogue(books: Ledger) -> None:
    """One bill names an option id that does not exist."""
    known = {option.id for option in books.options}
    unknown = [part for _, parts in bills(books) for part in parts if part not in known]
    assert len(unknown) == 1


def test_kits_are_sold_with_and_without_lines_of_their_components(books: Ledger) -> None:
    """Each kit is either always exploded on orders or never; both are dispatched."""
    ways: dict[int, set[bool]] = {option_id: set() for option_id in kits(books)}
    for order in books.sales_orders:
        for line in order.lines if order.dispatched_at else ():
            if line.option_id in ways and not line.parent_id:
                children = any(each.parent_id == line.id for each in order.lines)
                ways[line.option_id].add(children)
    assert all(len(found) <= 1 for found in ways.values())
    assert {True} in ways.values()
    assert {False} in ways.values()


def test_bills_come_and_change(along: list[Ledger]) -> None:
    """Some bill is written after the opening, and one is changed later."""
    first = {bom.id: bom for bom in along[0].bom_masters}
    last = {bom.id: bom for bom in along[-1].bom_masters}
    assert len(last) > len(first)
    assert any(bom.modified_at > bom.created_at for bom in last.values())
    boms: list[BomMaster] = [bom for books in along for bom in books.bom_masters]
    assert len({bom.products for bom in boms if bom.id == _changed(last).id}) == 2


def _changed(boms: dict[int, BomMaster]) -> BomMaster:
    return next(bom for bom in boms.values() if bom.modified_at > bom.created_at)


def test_jobs_are_in_every_state(books: Ledger) -> None:
    """There are draft, open, finished and deleted jobs; only finished ones have actual quantities."""
    jobs = books.production_jobs
    assert any(not job.is_approved for job in jobs)
    assert any(job.is_approved and not job.completed_at for job in jobs)
    assert any(job.deleted_at for job in jobs)
    assert finished(books)
    for job in jobs:
        for made in job.products:
            assert bool(made.done) is bool(job.completed_at)
            assert all(bool(part.done) is bool(job.completed_at) for part in made.components)


def test_a_finished_job_may_differ_from_its_standard(books: Ledger) -> None:
    """Mostly what was planned is made; sometimes less comes out and more goes in."""
    products = [made for job in finished(books) for made in job.products]
    spoilt = [made for made in products if made.done < made.quantity]
    assert 0 < len(spoilt) < len(products) / 2
    assert all(part.done > part.quantity for made in spoilt for part in made.components)


def test_jobs_use_only_what_is_in_the_catalogue(books: Ledger) -> None:
    """No job takes a component that does not exist, and none makes a kit."""
    known, recipes = {option.id for option in books.options}, kits(books)
    for job in books.production_jobs:
        for made in job.products:
            assert made.option_id not in recipes
            assert all(part.option_id in known for part in made.components)


def test_adjustments_count_up_and_down_and_wait_as_drafts(books: Ledger) -> None:
    """Lines are signed; adjustments are drafts, approved, completed or deleted, each with a reason."""
    adjustments = books.adjustments
    quantities = [line.quantity for each in adjustments for line in each.lines]
    assert min(quantities) < 0 < max(quantities)
    assert 0 not in quantities
    assert {each.reason for each in adjustments} == {"Stocktake", "Damaged", "Found"}
    states = {
        (each.is_approved, bool(each.completed_at), bool(each.deleted_at)) for each in adjustments
    }
    assert states == {
        (False, False, False),
        (True, False, False),
        (True, True, False),
        (True, True, True),
    }


def test_a_small_merchant_makes_things_too(books: Ledger) -> None:
    """Twenty products are enough for a kit, a pair of bills that need each other, and jobs."""
    small = Merchant(3, date(2026, 6, 1), Size(products=20, orders_per_day=3)).ledger(
        books.timestamp
    )
    assert len(kits(small)) == 1
    assert len(small.bom_masters) == 3
    assert finished(small)
