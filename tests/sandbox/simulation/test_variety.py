"""What an account of 120 days has in it, so that tests against it meet every case of the tables."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from cin7_pipeline.sandbox.ledger import Ledger, SalesOrder

Case = Callable[[Ledger], bool]
WEEKS = timedelta(weeks=2)


def lines(documents: list) -> list:
    return [line for document in documents for line in document.lines]


def waiting(ledger: Ledger) -> list[SalesOrder]:
    orders = ledger.sales_orders
    return [each for each in orders if not (each.deleted_at or each.is_void or each.dispatched_at)]


def open_purchases(ledger: Ledger) -> list:
    return [
        each
        for each in ledger.purchase_orders
        if each.is_approved and not (each.is_void or each.received_at or each.deleted_at)
    ]


def codes(ledger: Ledger) -> Counter:
    return Counter(option.code for option in ledger.options if option.code)


ITEMS: dict[str, Case] = {
    "300 items": lambda ledger: len(ledger.options) >= 300,
    "a size row without a code": lambda ledger: any(o.size and o.code is None for o in ledger.options),
    "an unsized option without a code and a price": lambda ledger: any(
        not (o.size or o.code or o.prices) for o in ledger.options
    ),
    "a code that ends in a space": lambda ledger: any(code.endswith(" ") for code in codes(ledger)),
    "a code that two items have": lambda ledger: 2 in codes(ledger).values(),
    "codes that differ by case": lambda ledger: any(
        code.lower() != code and code.lower() in codes(ledger) for code in codes(ledger)
    ),
    "every status of options": lambda ledger: (
        {o.status for o in ledger.options} == {"Primary", "Active", "Disabled"}
    ),
    "every status of products": lambda ledger: (
        {p.status for p in ledger.products} == {"Public", "ShowInB2B", "Inactive"}
    ),
    "a product without options": lambda ledger: bool(
        {p.id for p in ledger.products} - {o.product_id for o in ledger.options}
    ),
    "prices in tiers and currencies": lambda ledger: (
        {tier for option in ledger.options for tier in option.prices}
        == {"retailAUD", "wholesaleAUD", "vipAUD", "vipUSD", "costAUD", "costUSD"}
    ),
    "a bill of two products": lambda ledger: any(len(b.products) == 2 for b in ledger.bom_masters),
    "a bill with an unknown component": lambda ledger: bool(
        {part.option_id for bom in ledger.bom_masters for made in bom.products for part in made.components}
        - {option.id for option in ledger.options}
    ),
    "a changed bill": lambda ledger: any(b.modified_at > b.created_at for b in ledger.bom_masters),
}  # fmt: skip
CONTACTS: dict[str, Case] = {
    "an inactive branch": lambda ledger: any(not branch.is_active for branch in ledger.branches),
    "every type of contact": lambda ledger: (
        {c.type for c in ledger.contacts} == {"Customer", "Supplier", "Internal"}
    ),
    "every group": lambda ledger: (
        {c.group for c in ledger.contacts}
        == {"Wholesale", "Retail - Shop", "Staff", "Marketplace", "Distributor", ""}
    ),
    "an address of two contacts": lambda ledger: (
        2 in Counter(c.email.lower() for c in ledger.contacts if c.email).values()
    ),
    "an invalid address": lambda ledger: any(c.email and "@" not in c.email for c in ledger.contacts),
    "a contact without an address": lambda ledger: any(not c.email for c in ledger.contacts),
    "a default branch": lambda ledger: (
        {None, "", "Main DC"} <= {c.custom_fields.get("members_1000") for c in ledger.contacts}
    ),
}  # fmt: skip
ORDERS: dict[str, Case] = {
    "every source": lambda ledger: (
        {each.source for each in ledger.sales_orders}
        == {"Shopify", "Ordermentum", "Upstock", "Order Desk", "Backend", "POS", None}
    ),
    "every stage": lambda ledger: (
        {"New", "Fully Picked", "Partially Picked"} <= {each.stage for each in waiting(ledger)}
    ),
    "a stage of its own in two spellings": lambda ledger: (
        {"Awaiting Supplier (PO Pending)", "awaiting supplier (PO pending) "}
        <= {each.stage for each in ledger.sales_orders}
    ),
    "a draft of last month": lambda ledger: any(
        not each.is_approved and ledger.timestamp - each.created_at > 2 * WEEKS
        for each in waiting(ledger)
    ),
    "an approved order of two months ago": lambda ledger: any(
        each.is_approved and ledger.timestamp - each.created_at > 4 * WEEKS for each in waiting(ledger)
    ),
    "voids of drafts and of approved orders": lambda ledger: (
        {each.is_approved for each in ledger.sales_orders if each.is_void} == {True, False}
    ),
    "deleted orders, open and dispatched": lambda ledger: (
        {bool(each.dispatched_at) for each in ledger.sales_orders if each.deleted_at} == {True, False}
    ),
    "dispatched and nothing shipped": lambda ledger: any(
        each.dispatched_at and each.lines and not any(line.done for line in each.lines)
        for each in ledger.sales_orders
    ),
    "shipped in part": lambda ledger: any(0 < l.done < l.quantity for l in lines(waiting(ledger))),
    "sizes shipped unevenly": lambda ledger: any(
        line.sizes and line.done * 2 != line.quantity and 0 < line.done < line.quantity
        for line in lines(ledger.sales_orders)
    ),
    "invoiced, not dispatched": lambda ledger: any(each.invoiced_at for each in waiting(ledger)),
    "dispatched, never invoiced": lambda ledger: any(
        each.dispatched_at and not each.invoiced_at and ledger.timestamp - each.created_at > 2 * WEEKS
        for each in ledger.sales_orders
    ),
    "no branch": lambda ledger: any(each.branch_id == 0 for each in ledger.sales_orders),
    "no customer": lambda ledger: any(each.member_id == 0 for each in ledger.sales_orders),
    "an unknown customer": lambda ledger: bool(
        {each.member_id for each in ledger.sales_orders} - {c.id for c in ledger.contacts} - {0}
    ),
    "no country": lambda ledger: any(not each.delivery_country for each in waiting(ledger)),
    "another branch to ship from": lambda ledger: any(
        each.distribution_branch_id for each in ledger.sales_orders
    ),
    "dollars": lambda ledger: any(each.currency == "USD" for each in ledger.sales_orders),
    "every tax status": lambda ledger: (
        {each.tax_status for each in ledger.sales_orders} == {"Incl", "Excl", "Exempt"}
    ),
    "a wrong sum": lambda ledger: any(each.total_error for each in ledger.sales_orders),
    "a wrong sum of lines": lambda ledger: any(e.product_total_error for e in ledger.sales_orders),
    "a repeated reference": lambda ledger: (
        2 in Counter(each.reference for each in ledger.sales_orders).values()
    ),
    "fees, discounts, sizes and metres": lambda ledger: all(
        any(holds(line) for line in lines(ledger.sales_orders))
        for holds in (
            lambda line: line.code == "freight",
            lambda line: line.discount,
            lambda line: line.sizes,
            lambda line: line.quantity % 1,
        )
    ),
    "cartons": lambda ledger: any(line.uom_size > 1 for line in lines(ledger.sales_orders)),
    "a code without its link": lambda ledger: any(
        not line.option_id and codes(ledger)[line.code] == 1 for line in lines(ledger.sales_orders)
    ),
    "a code in lower case": lambda ledger: any(
        not line.option_id and line.code not in codes(ledger) and line.code.upper() in codes(ledger)
        for line in lines(ledger.sales_orders)
    ),
    "kits with and without lines of their components": lambda ledger: (
        {
            any(each.parent_id == line.id for each in order.lines)
            for order in ledger.sales_orders
            for line in order.lines
            if line.name in {product.name for product in ledger.products if product.components}
        }
        == {True, False}
    ),
    "custom fields": lambda ledger: any(e.custom_fields.get("orders_1000") for e in ledger.sales_orders),
}  # fmt: skip
OTHER_DOCUMENTS: dict[str, Case] = {
    "purchases of every state": lambda ledger: (
        {(each.is_approved, bool(each.received_at)) for each in ledger.purchase_orders if not each.is_void}
        == {(False, False), (True, False), (True, True)}
    ),
    "a void purchase, and a deleted one": lambda ledger: (
        {each.is_void for each in ledger.purchase_orders if each.is_void or each.deleted_at} == {True, False}
    ),
    "a purchase received in part": lambda ledger: any(
        0 < line.done < line.quantity for line in lines(open_purchases(ledger))
    ),
    "a purchase received and not closed": lambda ledger: any(
        all(line.done >= line.quantity for line in each.lines) for each in open_purchases(ledger)
    ),
    "more received than ordered": lambda ledger: any(
        line.done > line.quantity for line in lines(ledger.purchase_orders)
    ),
    "a purchase without an ETA": lambda ledger: any(e.eta_at is None for e in open_purchases(ledger)),
    "an overdue purchase": lambda ledger: any(
        each.eta_at and each.eta_at < ledger.timestamp for each in open_purchases(ledger)
    ),
    "a purchase voided on day 89": lambda ledger: any(
        each.cancelled_at and (each.cancelled_at - each.created_at).days == 89
        for each in ledger.purchase_orders
    ),
    "one transfer that never arrives": lambda ledger: sum(
        bool(each.dispatched_at and not each.received_at and not each.deleted_at)
        and ledger.timestamp - each.dispatched_at > 4 * WEEKS
        for each in ledger.transfers
    ) == 1,
    "transfers deleted as drafts, under way, received": lambda ledger: (
        {(bool(each.dispatched_at), bool(each.received_at)) for each in ledger.transfers if each.deleted_at}
        == {(False, False), (True, False), (True, True)}
    ),
    "credit notes of every state": lambda ledger: (
        {(each.is_approved, each.is_void, bool(each.completed_at)) for each in ledger.credit_notes}
        == {(False, False, False), (True, False, False), (True, True, False), (True, False, True)}
    ),
    "a refund without an item": lambda ledger: any(
        not line.option_id and line.quantity % 1 for line in lines(ledger.credit_notes)
    ),
    "adjustments up and down": lambda ledger: (
        {line.quantity > 0 for line in lines(ledger.adjustments)} == {True, False}
    ),
    "adjustments of every state": lambda ledger: (
        {(each.is_approved, bool(each.completed_at)) for each in ledger.adjustments}
        == {(False, False), (True, False), (True, True)}
    ),
    "jobs of every state": lambda ledger: (
        {(each.is_approved, bool(each.completed_at)) for each in ledger.production_jobs}
        == {(False, False), (True, False), (True, True)}
    ),
    "a job that made less than planned": lambda ledger: any(
        0 < made.done < made.quantity for each in ledger.production_jobs for made in each.products
    ),
}  # fmt: skip
CASES = ITEMS | CONTACTS | ORDERS | OTHER_DOCUMENTS


@pytest.mark.parametrize("name", CASES)
def test_the_account_has_a_case_of_it(name: str, ledger: Ledger) -> None:
    """Every case that the planning tables have to tell apart is in the account."""
    assert CASES[name](ledger)
