import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cin7_pipeline.omni.endpoint import ColumnType
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.sandbox.ledger import Ledger
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.simulation.merchant import Merchant

Records = dict[str, list[dict[str, Any]]]
FIELDS = json.loads((Path(__file__).parent / "fields.json").read_text())
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


@pytest.fixture(scope="module")
def account(merchant: Merchant) -> MerchantAccount:
    return MerchantAccount(merchant)


@pytest.fixture(scope="module")
def records(account: MerchantAccount, now: datetime) -> Records:
    return {resource: account.records(resource, now) for resource in FIELDS}


@pytest.mark.parametrize("resource", sorted(FIELDS))
def test_every_record_has_every_field_of_the_reference(resource: str, records: Records) -> None:
    """Records and their nested objects have the documented fields, all of them and no other."""
    assert records[resource]
    for record in records[resource]:
        assert set(record) == set(FIELDS[resource]["fields"])
        for name, nested in FIELDS[resource]["nested"].items():
            found = record[name]
            for item in found if isinstance(found, list) else [found]:
                assert set(item) == set(nested)


def test_a_resource_that_the_merchant_does_not_use_is_empty(
    account: MerchantAccount, now: datetime
) -> None:
    """What the account has nothing of is an empty list."""
    assert account.records("Quotes", now) == []


def test_records_are_json_with_plain_numbers(records: Records) -> None:
    """Every record survives JSON, and no number is written as text."""
    for resource, found in records.items():
        assert json.loads(json.dumps(found)) == found, resource


def test_deleted_documents_are_not_listed(records: Records, ledger: Ledger) -> None:
    """The lists hold exactly the documents that are not deleted."""
    kinds = {
        "SalesOrders": ledger.sales_orders,
        "PurchaseOrders": ledger.purchase_orders,
        "BranchTransfers": ledger.transfers,
        "CreditNotes": ledger.credit_notes,
    }
    for resource, documents in kinds.items():
        listed = {record["id"] for record in records[resource]}
        assert listed == {each.id for each in documents if each.deleted_at is None}
        assert len(listed) < len(documents)


def test_lists_come_in_the_order_of_their_ids(records: Records) -> None:
    """Without a wish for another order, records come by id; stock by option."""
    for resource, found in records.items():
        keys = [record.get("id", record.get("productOptionId")) for record in found]
        assert keys == sorted(keys), resource


def test_status_is_upper_case_and_follows_the_flags(records: Records) -> None:
    """VOID goes with isVoid and a cancellation date, DRAFT with isApproved false."""
    for resource in ("SalesOrders", "PurchaseOrders"):
        found = records[resource]
        assert {record["status"] for record in found} == {"DRAFT", "APPROVED", "VOID"}
        for record in found:
            assert record["isVoid"] is (record["status"] == "VOID")
            assert record["isVoid"] is (record["cancellationDate"] is not None)
            assert record["isVoid"] or record["isApproved"] is (record["status"] == "APPROVED")
    assert {each["status"] for each in records["CreditNotes"]} == {"DRAFT", "APPROVED", "VOID"}


def test_transfers_say_nothing_about_their_state(records: Records) -> None:
    """A transfer has neither status nor void flag; received quantities stand in whole numbers."""
    for record in records["BranchTransfers"]:
        assert not {"status", "isVoid"} & set(record)
        for line in record["lineItems"]:
            assert line["qtyTransferred"] == (line["qty"] if record["receivedDate"] else 0)


def test_sizes_are_objects_only_where_cin7_has_them(records: Records) -> None:
    """Sales and transfer lines have sizes as objects; packed text agrees with them."""
    sized = [
        line for record in records["SalesOrders"] for line in record["lineItems"] if line["sizes"]
    ]
    assert sized
    for line in sized:
        assert sum(size["qty"] for size in line["sizes"]) == line["qty"]
        packed = [row.split("|") for row in line["sizeCodes"].split("\n")]
        assert [(float(qty), name, code) for qty, name, code, _ in packed] == [
            (size["qty"], size["name"], size["code"]) for size in line["sizes"]
        ]
    for resource in ("PurchaseOrders", "CreditNotes"):
        lines = [line for record in records[resource] for line in record["lineItems"]]
        assert not any("sizes" in line for line in lines)
        assert resource == "CreditNotes" or any(line["sizeCodes"] for line in lines)


def test_unset_values_are_null_empty_or_zero(records: Records) -> None:
    """All of Cin7's ways of leaving something out occur."""
    orders = records["SalesOrders"]
    assert {record["memberId"] == 0 for record in orders} == {True, False}
    assert {record["branchId"] == 0 for record in orders} == {True, False}
    assert {record["distributionBranchId"] == 0 for record in orders} == {True, False}
    lines = [line for record in orders for line in record["lineItems"]]
    assert any(line["productOptionId"] == 0 and line["productId"] == 0 for line in lines)
    assert {"", None} <= {record["deliveryCountry"] for record in orders}
    assert {"", None} <= {record["size"] for record in records["ProductOptions"]}
    assert any(record["code"] is None for record in records["ProductOptions"])
    assert any(record["source"] is None for record in orders)


@pytest.mark.parametrize("resource", ["ProductionJobs", "v2/BomMasters"])
def test_components_have_every_field_of_the_reference(resource: str, records: Records) -> None:
    """Components have the fields of a product of the list, but for what only products have."""
    own = {"components", "createdDate", "jobId", "bomId"}
    for record in records[resource]:
        for product in record["products"]:
            assert product["components"]
            for component in product["components"]:
                assert set(component) == set(product) - own


def test_a_bill_says_the_same_in_both_versions(records: Records) -> None:
    """Version 1 has the first product of version 2, and some bill has more than one."""
    pairs = list(zip(records["BomMasters"], records["v2/BomMasters"], strict=True))
    assert all(one["product"] == two["products"][0] for one, two in pairs)
    assert any(len(two["products"]) == 2 for _, two in pairs)


def test_stock_says_what_the_ledger_says(records: Records, ledger: Ledger) -> None:
    """Stock has one record per row, and options sum it up over branches."""
    rows = {(row.option_id, row.size, row.branch_id): row for row in ledger.stock}
    assert len(records["Stock"]) == len(rows)
    totals: Counter[tuple[int, str]] = Counter()
    for record in records["Stock"]:
        size = record["size"] or ""
        row = rows[record["productOptionId"], size, record["branchId"]]
        assert record["stockOnHand"] == float(row.on_hand)
        assert record["available"] == float(row.available)
        assert record["branchName"]
        totals[record["productOptionId"], size] += record["stockOnHand"]
    for option in records["ProductOptions"]:
        total = totals[option["id"], option["size"] or ""]
        assert option["stockOnHand"] == pytest.approx(total, abs=0.0001)


def test_people_stand_in_payloads_but_in_no_declared_column(records: Records) -> None:
    """Invented names, addresses and phone numbers are there, and no endpoint asks for any of them."""
    people = re.compile(r"Nobody-|nobody-|0491 570|Invented Street|example\.com", re.IGNORECASE)
    assert all(
        people.search(json.dumps(records[name])) for name in ("SalesOrders", "Contacts", "Users")
    )
    for endpoint in ENDPOINTS.values():
        columns = [
            each.field
            for each in endpoint.columns
            if each.type not in {ColumnType.EMAIL_HASH, ColumnType.EMAIL_VALIDITY}
        ]
        inner = endpoint.lines.field if endpoint.lines else ""
        lines = [each.field for each in endpoint.lines.columns] if endpoint.lines else []
        for record in records[endpoint.path.removeprefix("v1/")]:
            asked = {field: record[field] for field in columns}
            asked["lines"] = [
                {field: line[field] for field in lines} for line in record.get(inner, [])
            ]
            assert not people.search(json.dumps(asked)), endpoint.name


def test_a_record_changes_only_with_its_modification_date(
    account: MerchantAccount, now: datetime
) -> None:
    """A day later, a document with the same modifiedDate is the same record."""
    before = {record["id"]: record for record in account.records("SalesOrders", now)}
    changed = 0
    for record in account.records("SalesOrders", now + timedelta(days=1)):
        old = before.get(record["id"])
        if old and old["modifiedDate"] == record["modifiedDate"]:
            assert old == record
        changed += bool(old and old != record)
    assert changed
