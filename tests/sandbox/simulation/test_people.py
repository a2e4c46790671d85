from collections import Counter
from datetime import timedelta

from cin7_pipeline.sandbox.ledger import Ledger


def test_there_are_branches_of_every_kind(books: Ledger) -> None:
    """Four active stock-holding branches, an inactive one, an allocation branch and a late one."""
    active = [branch for branch in books.branches if branch.is_active]
    assert len(active) >= 4
    assert len(active) < len(books.branches)
    assert any("Allocation" in branch.branch_type for branch in active)
    assert any(
        branch.created_at > books.timestamp - timedelta(days=60) for branch in books.branches
    )


def test_the_old_branch_has_history_from_before_it_closed(along: list[Ledger]) -> None:
    """Orders were sold and stock was held at the branch that is inactive now."""
    closed = next(branch for branch in along[-1].branches if not branch.is_active)
    assert any(branch.id == closed.id and branch.is_active for branch in along[0].branches)
    orders = [each for each in along[-1].sales_orders if each.branch_id == closed.id]
    assert any(order.dispatched_at for order in orders)
    assert all(order.created_at < closed.modified_at for order in orders)
    assert any(row.branch_id == closed.id and row.on_hand > 0 for row in along[-1].stock)


def test_contacts_are_of_every_type_and_group(books: Ledger) -> None:
    """There are customers of all groups (one without), suppliers and an internal contact."""
    assert {contact.type for contact in books.contacts} == {"Customer", "Supplier", "Internal"}
    groups = Counter(each.group for each in books.contacts if each.type == "Customer")
    wanted = {"Wholesale", "Retail - Shop", "Staff", "Marketplace", "Distributor", ""}
    assert set(groups) == wanted


def test_some_contacts_share_an_address_and_some_have_none(books: Ledger) -> None:
    """The same e-mail address stands on two contacts in different case; others have none."""
    exact = {contact.email for contact in books.contacts if contact.email}
    folded = Counter(email.lower() for email in exact)
    assert max(folded.values()) == 2
    assert any(contact.email == "" for contact in books.contacts)


def test_customers_come_change_and_go(along: list[Ledger]) -> None:
    """Within 120 days there are new customers, changed groups and deactivated ones."""
    old = {contact.id: contact for contact in along[0].contacts}
    pairs = [(old[each.id], each) for each in along[-1].contacts if each.id in old]
    assert len(along[-1].contacts) >= len(old) + 20
    assert any(before.group != after.group for before, after in pairs)
    assert any(before.is_active and not after.is_active for before, after in pairs)


def test_every_person_is_recognisably_invented(books: Ledger) -> None:
    """Surnames start with Nobody, and addresses end in example.com or are none."""
    assert all(" Nobody-" in contact.person for contact in books.contacts)
    assert all(
        contact.email.lower().endswith("example.com") or contact.email.endswith("@example")
        for contact in books.contacts
        if contact.email
    )


def test_some_addresses_are_no_addresses(books: Ledger) -> None:
    """Addresses without a dot in the domain, without or with two @, with a space all occur."""
    emails = [contact.email for contact in books.contacts if contact.email]
    assert any(email.endswith("@example") for email in emails)
    assert any("@" not in email for email in emails)
    assert any(email.count("@") == 2 for email in emails)
    assert any(" " in email for email in emails)


def test_a_customer_may_share_the_address_of_a_supplier(books: Ledger) -> None:
    """One address stands on a customer and on a supplier."""
    types: dict[str, set[str]] = {}
    for contact in books.contacts:
        types.setdefault(contact.email.lower(), set()).add(contact.type)
    assert {"Customer", "Supplier"} in types.values()


def test_some_customers_have_a_default_branch_in_a_custom_field(books: Ledger) -> None:
    """`members_1000` names a branch, is blank, or is missing."""
    found = {contact.custom_fields.get("members_1000") for contact in books.contacts}
    assert {"Main DC", "West DC", "", None} <= found
