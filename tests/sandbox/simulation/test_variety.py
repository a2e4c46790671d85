"""What an account of 120 days has in it, so that tests against it meet every case of the tables."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from cin7_pipeline.sandbox.ledger import Ledger
from tests.sandbox.simulation.conftest import AT_120_DAYS

MONTH_AGO = AT_120_DAYS - timedelta(days=30)


def is_open(each: Any) -> bool:
    return not (each.deleted_at or each.is_void or getattr(each, "dispatched_at", None))


def is_part_done(line: Any) -> bool:
    return 0 < line.done < line.quantity


def before(each: Any, time: datetime) -> bool:
    return is_open(each) and each.created_at < time


# Some record of a list is like this.
SOME: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "a size row without a code": ("options", lambda o: o.size and o.code is None),
    "an option without code and price": ("options", lambda o: not (o.size or o.code or o.prices)),
    "a code that ends in a space": ("options", lambda o: (o.code or "").endswith(" ")),
    "a bill of two products": ("bom_masters", lambda bom: len(bom.products) == 2),
    "a changed bill": ("bom_masters", lambda bom: bom.modified_at > bom.created_at),
    "an inactive branch": ("branches", lambda branch: not branch.is_active),
    "an invalid address": ("contacts", lambda contact: contact.email and "@" not in contact.email),
    "a contact without an address": ("contacts", lambda contact: not contact.email),
    "a default branch": ("contacts", lambda contact: contact.custom_fields.get("members_1000")),
    "a blank default branch": ("contacts", lambda c: c.custom_fields.get("members_1000") == ""),
    "an old draft": ("sales_orders", lambda o: before(o, MONTH_AGO) and not o.is_approved),
    "an old order": ("sales_orders", lambda o: before(o, MONTH_AGO) and o.is_approved),
    "a void draft": ("sales_orders", lambda o: o.is_void and not o.is_approved),
    "a void order": ("sales_orders", lambda o: o.is_void and o.is_approved),
    "a deleted draft": ("sales_orders", lambda o: o.deleted_at and not o.is_approved),
    "a deleted sale": ("sales_orders", lambda o: o.deleted_at and o.dispatched_at),
    "nothing shipped": ("sales_orders", lambda o: o.dispatched_at and not any(x.done for x in o.lines)),
    "shipped in part": ("sales_orders", lambda o: is_open(o) and any(map(is_part_done, o.lines))),
    "sizes shipped unevenly": (
        "sales_orders",
        lambda o: any(x.sizes and is_part_done(x) and x.done * 2 != x.quantity for x in o.lines),
    ),
    "invoiced, not dispatched": ("sales_orders", lambda o: o.invoiced_at and is_open(o)),
    "never invoiced": ("sales_orders", lambda o: o.dispatched_at and not o.invoiced_at),
    "no branch": ("sales_orders", lambda o: o.branch_id == 0),
    "no customer": ("sales_orders", lambda o: o.member_id == 0),
    "no country": ("sales_orders", lambda o: is_open(o) and not o.delivery_country),
    "another branch to ship from": ("sales_orders", lambda o: o.distribution_branch_id),
    "dollars": ("sales_orders", lambda o: o.currency == "USD" and o.currency_rate != 1),
    "a wrong sum": ("sales_orders", lambda o: o.total_error),
    "a wrong sum of lines": ("sales_orders", lambda o: o.product_total_error),
    "freight as a line": ("sales_orders", lambda o: any(x.code == "freight" for x in o.lines)),
    "a discount": ("sales_orders", lambda o: any(x.discount for x in o.lines)),
    "metres": ("sales_orders", lambda o: any(x.quantity % 1 for x in o.lines)),
    "cartons": ("sales_orders", lambda o: any(x.uom_size > 1 for x in o.lines)),
    "components of a kit": ("sales_orders", lambda o: any(x.parent_id for x in o.lines)),
    "custom fields": ("sales_orders", lambda o: o.custom_fields.get("orders_1000")),
    "bought in part": ("purchase_orders", lambda p: is_open(p) and any(map(is_part_done, p.lines))),
    "received, not closed": (
        "purchase_orders",
        lambda p: is_open(p) and not p.received_at and all(x.done >= x.quantity for x in p.lines),
    ),
    "too much received": ("purchase_orders", lambda p: any(x.done > x.quantity for x in p.lines)),
    "no ETA": ("purchase_orders", lambda p: is_open(p) and not (p.received_at or p.eta_at)),
    "overdue": ("purchase_orders", lambda p: is_open(p) and p.eta_at and p.eta_at < AT_120_DAYS),
    "a void purchase": ("purchase_orders", lambda p: p.is_void),
    "void on day 89": ("purchase_orders", lambda p: p.is_void and (p.cancelled_at - p.created_at).days == 89),
    "a transfer deleted under way": ("transfers", lambda t: t.deleted_at and t.dispatched_at),
    "a transfer deleted after receipt": ("transfers", lambda t: t.deleted_at and t.received_at),
    "sizes on a transfer": ("transfers", lambda t: any(x.sizes for x in t.lines)),
    "a refund without an item": ("credit_notes", lambda c: any(not x.option_id for x in c.lines)),
    "a find": ("adjustments", lambda a: any(x.quantity > 0 for x in a.lines)),
    "a loss": ("adjustments", lambda a: any(x.quantity < 0 for x in a.lines)),
    "less made than planned": ("production_jobs", lambda j: any(0 < x.done < x.quantity for x in j.products)),
}  # fmt: skip

# The records of a list are of all these kinds.
KINDS: dict[str, tuple[str, Callable[[Any], Any], set[Any]]] = {
    "statuses of options": ("options", lambda o: o.status, {"Primary", "Active", "Disabled"}),
    "statuses of products": ("products", lambda p: p.status, {"Public", "ShowInB2B", "Inactive"}),
    "types of contacts": ("contacts", lambda c: c.type, {"Customer", "Supplier", "Internal"}),
    "groups": ("contacts", lambda c: c.group, {"Wholesale", "Retail - Shop", "Staff", "Marketplace", ""}),
    "sources": ("sales_orders", lambda o: o.source, {
        "Shopify", "Ordermentum", "Upstock", "Order Desk", "Backend", "POS", None}),
    "stages": ("sales_orders", lambda o: o.stage, {
        "New", "Fully Picked", "Partially Picked", "awaiting supplier (PO pending) "}),
    "tax statuses": ("sales_orders", lambda o: o.tax_status, {"Incl", "Excl", "Exempt"}),
    "purchases": ("purchase_orders", lambda p: (p.is_approved, bool(p.received_at)), {
        (False, False), (True, False), (True, True)}),
    "transfers": ("transfers", lambda t: (t.is_approved, bool(t.dispatched_at), bool(t.received_at)), {
        (False, False, False), (True, False, False), (True, True, False), (True, True, True)}),
    "credit notes": ("credit_notes", lambda c: (c.is_approved, c.is_void, bool(c.completed_at)), {
        (False, False, False), (True, False, False), (True, True, False), (True, False, True)}),
    "adjustments": ("adjustments", lambda a: (a.is_approved, bool(a.completed_at)), {
        (False, False), (True, False), (True, True)}),
    "jobs": ("production_jobs", lambda j: (j.is_approved, bool(j.completed_at)), {
        (False, False), (True, False), (True, True)}),
}  # fmt: skip


@pytest.mark.parametrize("name", SOME)
def test_the_account_has_a_case_of_it(name: str, ledger: Ledger) -> None:
    """Every case that the planning tables have to tell apart is in the account."""
    records, is_case = SOME[name]
    assert any(is_case(record) for record in getattr(ledger, records))


@pytest.mark.parametrize("name", KINDS)
def test_the_account_has_records_of_every_kind(name: str, ledger: Ledger) -> None:
    """Every status and state of a record is in the account."""
    records, kind_of, expected = KINDS[name]
    assert expected <= {kind_of(record) for record in getattr(ledger, records)}


def test_codes_come_with_the_faults_of_real_accounts(ledger: Ledger) -> None:
    """A code of two items, codes that differ by case, and codes on lines without a link to an item."""
    codes = Counter(option.code for option in ledger.options if option.code)
    assert 2 in codes.values()
    assert any(code.lower() != code and code.lower() in codes for code in codes)
    lines = [line for order in ledger.sales_orders for line in order.lines if not line.option_id]
    assert any(codes[line.code] == 1 for line in lines)
    assert any(line.code not in codes and line.code.upper() in codes for line in lines)


def test_references_and_addresses_repeat(ledger: Ledger) -> None:
    """Two orders have the same reference, and two contacts the same address in different case."""
    assert 2 in Counter(order.reference for order in ledger.sales_orders).values()
    assert 2 in Counter(each.email.lower() for each in ledger.contacts if each.email).values()


def test_some_references_lead_nowhere(ledger: Ledger) -> None:
    """A product has no options, a bill an unknown component, an order an unknown customer."""
    options = {option.id for option in ledger.options}
    assert {product.id for product in ledger.products} - {
        each.product_id for each in ledger.options
    }
    made = [each for bom in ledger.bom_masters for each in bom.products]
    assert {part.option_id for each in made for part in each.components} - options
    contacts = {contact.id for contact in ledger.contacts}
    assert {order.member_id for order in ledger.sales_orders} - contacts - {0}
