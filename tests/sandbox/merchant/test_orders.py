from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Books, Line, SalesOrder
from cin7_pipeline.sandbox.life.merchant import Merchant

SYDNEY = ZoneInfo("Australia/Sydney")


def from_source(books: Books, source: str | None) -> list[SalesOrder]:
    return [order for order in books.sales_orders if order.source == source]


def versions(along: list[Books]) -> dict[int, list[SalesOrder]]:
    """Every order as it was at each look at the books."""
    found = defaultdict(list)
    for books in along:
        for order in books.sales_orders:
            found[order.id].append(order)
    return found


def is_local_midnight(moment: datetime) -> bool:
    return moment.astimezone(SYDNEY).strftime("%H:%M:%S") == "00:00:00"


def goods(order: SalesOrder) -> list[Line]:
    return [line for line in order.lines if line.option_id and not line.parent_id]


def test_orders_come_from_every_source(books: Books) -> None:
    """All six systems write orders, and some orders name none."""
    sources = Counter(order.source for order in books.sales_orders)
    named = {"Shopify", "Ordermentum", "Upstock", "Order Desk", "Backend", "POS", None}
    assert set(sources) == named
    assert all(count >= 30 for count in sources.values())


def test_shopify_orders_are_numbered_with_a_hash(books: Books) -> None:
    """Shopify references are '#' and a running number."""
    references = [order.reference for order in from_source(books, "Shopify")]
    assert "#1001" in references
    assert all(reference.startswith("#") for reference in references)


def test_ordermentum_orders_arrive_as_drafts_and_some_are_never_approved(
    books: Books, along: list[Books]
) -> None:
    """An Ordermentum order is a draft at first; weeks later some still are."""
    seen = versions(along)
    first = [seen[order.id][0] for order in from_source(books, "Ordermentum") if order.id in seen]
    assert any(not order.is_approved for order in first)
    old = books.moment - timedelta(days=30)
    assert any(
        not order.is_approved and not order.is_void and order.created_at < old
        for order in from_source(books, "Ordermentum")
    )


def test_ordermentum_codes_are_mistyped_in_several_ways(books: Books) -> None:
    """Lines without an item carry a code in wrong case, with extra spaces, or unknown altogether."""
    skus = {option.code for option in books.options}
    lower = {sku.lower() for sku in skus if sku}
    stray = [
        line.code
        for order in from_source(books, "Ordermentum")
        for line in order.lines
        if not line.option_id and line.code not in skus | {"", "freight"}
    ]
    assert any(code.lower() in lower and code.strip() == code for code in stray)
    assert any(code != code.strip() and code.strip() in skus for code in stray)
    assert any(" -" in code for code in stray)
    assert any(code.startswith("OLD") for code in stray)


def test_some_lines_are_linked_by_their_code_alone(books: Books) -> None:
    """A line without an option id may still carry exactly one item's code."""
    codes = Counter(option.code for option in books.options)
    assert any(
        line.option_id == 0 and codes[line.code] == 1
        for order in books.sales_orders
        for line in order.lines
    )


def test_upstock_orders_are_new_approved_and_at_the_default_branch(along: list[Books]) -> None:
    """Upstock writes approved orders in stage New at one branch only (or at none by mistake)."""
    first = [seen[0] for seen in versions(along).values() if seen[0].source == "Upstock"]
    assert any(order.stage == "New" for order in first)
    assert all(order.is_approved for order in first)
    assert {order.branch_id for order in first} <= {3, 0}


def test_order_desk_orders_carry_custom_fields_and_a_customer_number(books: Books) -> None:
    """Order Desk fills in custom fields and the customer's order number."""
    orders = from_source(books, "Order Desk")
    assert all(order.custom_fields["orders_1000"] for order in orders)
    assert all(order.customer_order_no for order in orders)


def test_order_desk_sets_dispatch_dates_ahead(along: list[Books]) -> None:
    """At some moments an Order Desk order has a dispatch date in the future and nothing shipped."""
    assert any(
        order.dispatched_at
        and order.dispatched_at > books.moment
        and not any(line.done for line in order.lines)
        for books in along
        for order in from_source(books, "Order Desk")
    )


def test_order_desk_dispatches_with_nothing_shipped(books: Books) -> None:
    """Some Order Desk orders are dated as dispatched for weeks and nothing of them ever shipped."""
    long_ago = books.moment - timedelta(days=20)
    assert any(
        order.dispatched_at
        and order.dispatched_at < long_ago
        and goods(order)
        and not any(line.done for line in order.lines)
        for order in from_source(books, "Order Desk")
    )


def test_stages_of_the_warehouse_occur(along: list[Books]) -> None:
    """Undispatched orders are seen fully picked and partially picked."""
    stages = {
        order.stage
        for books in along
        for order in books.sales_orders
        if order.is_approved and not order.dispatched_at and not order.is_void
    }
    assert {"New", "Processing", "Fully Picked", "Partially Picked", "Backorder"} <= stages


def test_part_shipped_orders_stay_undispatched(books: Books) -> None:
    """An order can have shipped some units of a line, for weeks, without being dispatched."""
    part = [
        order
        for order in books.sales_orders
        if order.dispatched_at is None
        and any(0 < line.done < line.quantity for line in order.lines)
    ]
    assert any(order.modified_at < books.moment - timedelta(days=14) for order in part)
    assert any(line.sizes and 0 < line.done < line.quantity for each in part for line in each.lines)


def test_dispatched_orders_are_shipped_in_full(books: Books) -> None:
    """But for dates that a caller set and a few closed short, a dispatch ships all as ordered."""
    shipped = [
        order
        for order in books.sales_orders
        if order.dispatched_at and order.source != "Order Desk" and not order.deleted_at
    ]
    short = [each for each in shipped if any(line.done < line.quantity for line in each.lines)]
    assert 3 < len(short) < 0.05 * len(shipped)
    for order in short:
        assert {line.done for line in order.lines} <= {Decimal(0), Decimal(3)}
        assert any(line.sizes and line.done for line in order.lines)


def test_invoices_come_before_at_and_after_dispatch_or_never(books: Books) -> None:
    """Invoice dates are local midnights before, on and after the dispatch; some orders have none."""
    dispatched = [
        each for each in books.sales_orders if each.dispatched_at and each.source != "POS"
    ]
    invoiced = [each for each in dispatched if each.invoiced_at]
    days = [each.invoiced_at.astimezone(SYDNEY).date() for each in invoiced]
    gaps = {
        (day > each.dispatched_at.astimezone(SYDNEY).date())
        - (day < each.dispatched_at.astimezone(SYDNEY).date())
        for day, each in zip(days, invoiced, strict=True)
    }
    assert gaps == {-1, 0, 1}
    assert all(is_local_midnight(each.invoiced_at) for each in invoiced)
    old = books.moment - timedelta(days=40)
    assert any(each.invoiced_at is None and each.created_at < old for each in dispatched)
    assert any(
        each.invoiced_at and not each.dispatched_at and not each.is_void
        for each in books.sales_orders
    ), "invoiced and not dispatched"


def test_orders_are_voided_as_drafts_and_after_approval(books: Books) -> None:
    """A void keeps whether it had been approved, and says when it was cancelled."""
    voids = [order for order in books.sales_orders if order.is_void]
    assert {order.is_approved for order in voids} == {True, False}
    assert all(order.cancelled_at and not order.dispatched_at for order in voids)


def test_some_voids_are_restored(merchant: Merchant, now: datetime) -> None:
    """An order that is void at one moment can be dispatched later."""
    days = [merchant.books(now - timedelta(days=back)) for back in range(45, 30, -1)]
    voids = {order.id for books in days for order in books.sales_orders if order.is_void}
    assert any(
        order.id in voids and order.dispatched_at and not order.is_void and not order.cancelled_at
        for order in merchant.books(now).sales_orders
    )


def test_a_split_moves_what_was_not_shipped_to_a_back_order(books: Books) -> None:
    """Reference and reference-A together hold the original's lines; the original is closed."""
    by_reference = {order.reference: order for order in books.sales_orders}
    pairs = [
        (by_reference[reference[:-2]], order)
        for reference, order in by_reference.items()
        if reference.endswith("-A")
    ]
    assert len(pairs) > 5
    for original, back_order in pairs:
        assert original.dispatched_at
        assert all(line.done == line.quantity for line in original.lines)
        assert {line.option_id for line in goods(original)} & {
            line.option_id for line in goods(back_order)
        }
        assert back_order.is_approved
        assert back_order.created_at <= original.modified_at
    assert {bool(back_order.dispatched_at) for _, back_order in pairs} == {True, False}


def test_whatever_a_split_takes_off_an_order_comes_back(along: list[Books]) -> None:
    """Where a dispatched order has less of a line than before, its back order exists."""
    references = {order.reference for order in along[-1].sales_orders}
    lessened = set()
    for seen in versions(along).values():
        for before, after in pairwise(seen):
            left = {line.id: line.quantity for line in after.lines}
            if any(left.get(line.id, 0) < line.quantity for line in before.lines):
                lessened.add(after.reference)
    assert len(lessened) > 10
    assert {f"{reference}-A" for reference in lessened} <= references


def test_every_day_an_order_older_than_90_days_was_edited_the_day_before(
    merchant: Merchant, now: datetime
) -> None:
    """From some age on, each day brings an edit of an order that was created over 90 days before."""
    for ahead in range(0, 20, 4):
        moment = now + timedelta(days=ahead)
        recently = moment - timedelta(days=1)
        assert any(
            order.modified_at >= recently and order.created_at < moment - timedelta(days=90)
            for order in merchant.books(moment).sales_orders
        )


def test_late_edits_change_what_planners_read(books: Books, merchant: Merchant) -> None:
    """Some of the late edits change prices, dates or words, not only the stamp."""
    edited = [
        order
        for order in books.sales_orders
        if order.modified_at - order.created_at > timedelta(days=90) and not order.deleted_at
    ]
    earlier = {
        order.id: order for order in merchant.books(books.moment - timedelta(days=40)).sales_orders
    }
    differences = {
        name
        for order in edited
        for name in ("lines", "project_name", "invoiced_at", "customer_order_no")
        if getattr(order, name) != getattr(earlier[order.id], name)
    }
    assert {"lines", "project_name", "customer_order_no"} <= differences


def test_a_nightly_job_stamps_hundreds_of_orders_with_one_second(books: Books) -> None:
    """More than 250 orders share one modification second just after local midnight."""
    (moment, count), *_ = Counter(order.modified_at for order in books.sales_orders).most_common()
    assert count > 250
    assert moment.astimezone(SYDNEY).strftime("%d %H:%M:%S") == "01 00:00:03"


def test_lines_have_sizes_discounts_fees_and_fractions(books: Books) -> None:
    """Sized lines add up, discounts are money, fees have no item, fabric is sold by the metre."""
    lines = [line for order in books.sales_orders for line in order.lines]
    sized = [line for line in lines if line.sizes]
    assert sized
    assert all(sum(size.quantity for size in line.sizes) == line.quantity for line in sized)
    assert all(size.code for line in sized for size in line.sizes)
    assert any(line.sizes and line.discount for line in lines)
    assert all(line.discount < line.quantity * line.unit_price for line in lines if line.discount)
    assert {"freight", ""} <= {line.code for line in lines if not line.option_id}
    assert any(line.quantity % 1 for line in lines)


def test_a_sold_kit_lists_its_components(books: Books) -> None:
    """Below the lines of some kits stand their components in multiples, without a price."""
    kits = {each.id: each.components for each in books.products if each.components}
    product_of = {option.id: option.product_id for option in books.options}
    found = bare = 0
    for order in books.sales_orders:
        for line in order.lines:
            parts = kits.get(product_of.get(line.option_id, 0), ())
            children = [each for each in order.lines if each.parent_id == line.id]
            bare += bool(parts and not children)
            if parts and children:
                found += 1
                assert [each.quantity for each in children] == [
                    part.quantity * line.quantity for part in parts
                ]
            assert all(child.unit_price == 0 for child in children)
    assert found > 20
    assert bare > 10


def test_branches_on_orders_are_as_messy_as_in_life(books: Books) -> None:
    """Some orders have no branch, some ship from another, some belong to a closed branch."""
    closed = {branch.id for branch in books.branches if not branch.is_active}
    assert any(order.branch_id == 0 for order in books.sales_orders)
    assert any(order.distribution_branch_id for order in books.sales_orders)
    assert any(order.branch_id in closed for order in books.sales_orders)


def test_customers_and_channels_leave_their_traces(books: Books) -> None:
    """Orders without a customer, of marketplaces, of staff, of projects, abroad and in USD exist."""
    group = {contact.id: contact.group for contact in books.contacts}
    orders = books.sales_orders
    assert any(order.member_id == 0 for order in orders)
    assert {"Staff", "Marketplace", "Wholesale"} <= {group.get(each.member_id) for each in orders}
    assert any(order.company == "Amazon AU" for order in orders)
    assert any(order.project_name == "Trade Fair" for order in orders)
    assert any(order.currency == "USD" and order.currency_rate != 1 for order in orders)
    assert {"Incl", "Excl", "Exempt"} == {order.tax_status for order in orders}
    assert any(not order.delivery_country for order in orders if not order.dispatched_at)


def test_old_approved_orders_are_stuck(books: Books) -> None:
    """Some approved orders have been waiting for more than 60 days."""
    assert any(
        order.is_approved
        and not (order.is_void or order.dispatched_at or order.deleted_at)
        and order.created_at < books.moment - timedelta(days=60)
        for order in books.sales_orders
    )


def test_orders_vanish_open_and_dispatched(books: Books) -> None:
    """Deleted orders were drafts, open, and rarely dispatched."""
    gone = [order for order in books.sales_orders if order.deleted_at]
    assert 3 <= len(gone) < len(books.sales_orders) * 0.06
    assert {bool(order.dispatched_at) for order in gone} == {True, False}
    assert {order.is_approved for order in gone} == {True, False}


def test_voids_are_purged_after_half_a_year(later: Books) -> None:
    """Six months after it was cancelled, a void order is no longer listed."""
    old = [
        order
        for order in later.sales_orders
        if order.is_void and order.cancelled_at < later.moment - timedelta(days=200)
    ]
    assert old
    for order in old:
        assert timedelta(days=180) < order.deleted_at - order.cancelled_at < timedelta(days=200)


def test_life_goes_on_with_the_same_variety(later: Books) -> None:
    """In a month of the next year every kind of order is written again."""
    young = [each for each in later.sales_orders if each.created_at > later.moment - timedelta(35)]
    assert {order.source for order in young} == {each.source for each in later.sales_orders}
    assert any(order.is_void for order in young)
    assert any(order.deleted_at for order in young)
    assert any(order.reference.endswith("-A") for order in young)
    assert any(order.branch_id == 0 for order in young)
    assert any(0 < line.done < line.quantity for order in young for line in order.lines)


def test_an_edited_order_keeps_its_lines_together(along: list[Books]) -> None:
    """An edit before dispatch changes a quantity under the same line id."""
    changed = 0
    for seen in versions(along).values():
        for before, after in pairwise(seen):
            old = {line.id: line.quantity for line in before.lines}
            changed += any(old.get(line.id, line.quantity) < line.quantity for line in after.lines)
    assert changed > 0


def test_order_moments_are_utc() -> None:
    """Moments in the ledger carry UTC, not the account's zone."""
    books = Merchant().books(datetime(2026, 6, 3, tzinfo=UTC))
    assert all(order.created_at.tzinfo is UTC for order in books.sales_orders)
    assert sum(line.quantity for order in books.sales_orders for line in order.lines) > Decimal(0)
