"""The table `customers`, and what is wrong with e-mail addresses, of customers and on their orders.

No address reaches a table: only whether it can be used, and whether somebody else has it too.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from cin7_pipeline.sandbox.ledger import Contact, SalesOrder
from tests.expected.issue_rows import issues
from tests.expected.measures import Row

USABLE = re.compile(r"[^@\s]+@[^@\s]*\.[^@\s]*")


def email_state(email: str) -> str:
    """`missing`, `invalid` or `valid`: one @ with something before it and a dot behind it."""
    if not email.strip():
        return "missing"
    return "valid" if USABLE.fullmatch(email.strip()) else "invalid"


def customers(contacts: Iterable[Contact], sales_lines: Iterable[Row]) -> list[Row]:
    """One row per contact that is no supplier, with what it bought."""
    contacts = list(contacts)
    orders: dict[int, set[int]] = defaultdict(set)
    last_sold: dict[int, date] = {}
    for row in sales_lines:
        customer = row["customer_id"]
        orders[customer].add(row["sales_order_id"])
        last_sold[customer] = max(row["sold_on"], last_sold.get(customer, row["sold_on"]))
    twins = _sharing_an_address(contacts)
    return [
        {
            "customer_id": contact.id,
            "type": contact.type,
            "group": contact.group,
            "company": contact.company,
            "is_duplicate_email": contact.id in twins,
            "is_email_usable": email_state(contact.email) == "valid",
            "order_count": len(orders[contact.id]),
            "last_sold_on": last_sold.get(contact.id),
        }
        for contact in contacts
        if contact.type.lower() != "supplier"
    ]


def email_issues(contacts: Iterable[Contact]) -> list[Row]:
    """Addresses that are missing, unusable or shared, of contacts of the type customer."""
    customers = [contact for contact in contacts if contact.type.lower() == "customer"]
    ids: dict[str, list[int]] = {"missing": [], "invalid": [], "valid": []}
    for contact in customers:
        ids[email_state(contact.email)].append(contact.id)
    twins = _sharing_an_address(customers)
    return [
        *issues("customer_email_missing", "info", "contact", ids["missing"]),
        *issues("customer_email_invalid", "warning", "contact", ids["invalid"]),
        *issues("duplicate_customer_email", "warning", "contact", twins),
    ]


def member_email_issues(orders: Iterable[SalesOrder], contacts: Iterable[Contact]) -> list[Row]:
    """Open orders that name a customer whose address is missing or unusable.

    An order carries the address of its contact; none where nobody has the id it names.
    """
    addresses = {contact.id: contact.email for contact in contacts}
    ids: dict[str, list[int]] = {"missing": [], "invalid": [], "valid": []}
    for order in orders:
        if order.member_id and order.dispatched_at is None and not order.is_void:
            ids[email_state(addresses.get(order.member_id, ""))].append(order.id)
    return [
        *issues("member_email_missing", "info", "sales_order", ids["missing"]),
        *issues("member_email_invalid", "warning", "sales_order", ids["invalid"]),
    ]


def _sharing_an_address(contacts: Iterable[Contact]) -> set[int]:
    """Ids of contacts whose address another one has too; blanks and case do not tell them apart."""
    addresses = {contact.id: contact.email.strip().casefold() for contact in contacts}
    counts = Counter(addresses.values())
    return {id_ for id_, address in addresses.items() if address and counts[address] > 1}
