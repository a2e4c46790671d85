"""Rules of turning a page of JSON into typed records."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.batch import Batch
from cin7_pipeline.load.decode import Decoder
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import (
    BOM_MASTERS,
    CONTACTS,
    PRODUCT_OPTIONS,
    PRODUCTION_JOBS,
    SALES_ORDERS,
    STOCK,
)

Row = dict[str, Any]


def batch_of(endpoint: Endpoint, *records: dict[str, Any]) -> Batch:
    [batch] = Decoder(endpoint, salt=b"salt").batches([msgspec.json.encode(records)])
    return batch


def decode(endpoint: Endpoint, *records: dict[str, Any]) -> list[Row]:
    rows: list[Row] = batch_of(endpoint, *records).documents.to_pylist()
    return rows


def test_missing_and_null_fields_are_unset() -> None:
    """A record may lack any field but its key, and any field may be null."""
    batch = batch_of(SALES_ORDERS, {"id": 1, "reference": None, "lineItems": None})
    (version,), (record,) = batch.versions, batch.documents.to_pylist()
    assert version.key == (1,)
    assert {record[column.name] for column in SALES_ORDERS.columns[1:]} == {None, "missing"}
    assert not batch.lines


def test_changed_records_of_many_pages_are_parsed_together() -> None:
    """Whatever pages they came on, each record is in exactly one batch, and few batches are made."""
    pages = [[{"id": 250 * page + n} for n in range(250)] for page in range(9)]
    batches = list(Decoder(CONTACTS, salt=b"salt").batches(map(msgspec.json.encode, pages)))
    ids = [row["id"] for batch in batches for row in batch.documents.to_pylist()]
    assert ids == [version.key[0] for batch in batches for version in batch.versions]
    assert ids == list(range(9 * 250))
    assert [len(batch.changed) for batch in batches] == [1000, 1000, 250]


def test_numbers_are_exact_to_four_places() -> None:
    """Quantities and money are decimals read from the text of the JSON, never through a float."""
    (record,) = decode(SALES_ORDERS, {"id": 1, "total": 0.1 + 0.2, "currencyRate": 1})
    assert record["total"] == Decimal("0.3000")
    assert record["currency_rate"] == Decimal("1.00000000")


def test_moments_are_utc_and_the_year_one_is_unset() -> None:
    """A moment without a zone is UTC, and .NET's smallest date means that there is none."""
    (record,) = decode(
        SALES_ORDERS,
        {"id": 1, "createdDate": "2026-07-07T14:00:06", "invoiceDate": "0001-01-01T00:00:00Z"},
    )
    assert record["created_date"] == datetime(2026, 7, 7, 14, 0, 6, tzinfo=UTC)
    assert record["invoice_date"] is None


def test_what_is_held_is_passed_over() -> None:
    """A record whose text is that of the version held is told as there, and not decoded again."""
    first = batch_of(CONTACTS, {"id": 1, "company": "A"}, {"id": 2, "company": "B"})
    held = {version.key: version.row_hash for version in first.versions}
    body = msgspec.json.encode([{"id": 1, "company": "A"}, {"id": 2, "company": "C"}])
    [second] = Decoder(CONTACTS, b"salt", held).batches([body])
    assert [version.key for version in second.versions] == [(1,), (2,)]
    assert [row["company"] for row in second.documents.to_pylist()] == ["C"]


def test_what_is_kept_belongs_to_the_version() -> None:
    """Once other custom fields are mapped, every record is a new version, though its text is the same."""
    sent = {"id": 1, "customFields": {"orders_1000": "A"}}
    first, second = (
        batch_of(SALES_ORDERS.with_custom_fields(mapped), sent) for mapped in ([], ["orders_1000"])
    )
    assert first.versions[0].row_hash != second.versions[0].row_hash


def test_a_changed_line_is_a_new_version_of_its_document() -> None:
    """The hash of a document covers its lines."""
    (before,) = decode(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 7, "qty": 1}]})
    (after,) = decode(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 7, "qty": 2}]})
    assert before["row_hash"] != after["row_hash"]


def test_sizes_of_one_option_are_rows_of_their_own() -> None:
    """On a size grid the key is option and size; an unset size is the empty text."""
    options = batch_of(
        PRODUCT_OPTIONS, {"id": 1, "size": "S"}, {"id": 1, "size": "M"}, {"id": 2, "size": None}
    )
    assert [version.key for version in options.versions] == [(1, "S"), (1, "M"), (2, "")]
    (stock,) = batch_of(STOCK, {"productOptionId": 5, "branchId": 3}).versions
    assert stock.key == (5, 3, "")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"total": "much"}, "total"),
        ({"reference": 5}, "reference"),
        ({"isVoid": "no"}, "isVoid"),
        ({"createdDate": "yesterday"}, "createdDate"),
        ({"lineItems": [{"id": 1, "qty": []}]}, r"lineItems\.qty"),
        ({"total": 10**15}, "total"),
    ],
)
def test_a_wrong_type_names_record_and_field(fields: dict[str, Any], what: str) -> None:
    """A declared field of another type stops the endpoint, and the message says which record it is."""
    with pytest.raises(ContractBroken, match=what) as refusal:
        decode(SALES_ORDERS, {"id": 4}, {"id": 911, **fields})
    assert "id=911" in str(refusal.value)


def test_a_record_without_its_key_is_refused() -> None:
    """A row that cannot be told from others is never stored."""
    with pytest.raises(ContractBroken, match="id"):
        decode(SALES_ORDERS, {"reference": "A"})


def test_an_unknown_field_is_told_and_left_behind() -> None:
    """A field that nobody declared is reported by its name, and its value goes nowhere."""
    decoder = Decoder(CONTACTS, salt=b"salt")
    [batch] = decoder.batches([b'[{"id": 1, "firstName": "Ada", "shoeSize": 38}]'])
    assert decoder.unknown_fields == {"firstName", "shoeSize"}
    assert "Ada" not in str(batch)


def test_an_address_is_only_kept_as_a_salted_hash() -> None:
    """Equal addresses have equal hashes whatever their case; another salt gives another hash."""
    first, second, none = decode(
        CONTACTS,
        {"id": 1, "email": "Ada@Example.com "},
        {"id": 2, "email": "ada@example.com"},
        {"id": 3, "email": ""},
    )
    hashed = first["email_hash"]
    assert hashed == second["email_hash"]
    assert none["email_hash"] is None
    assert "ada" not in str(first).lower()
    [other] = Decoder(CONTACTS, salt=b"other").batches([b'[{"id": 1, "email": "ada@example.com"}]'])
    assert other.documents.to_pylist()[0]["email_hash"] != hashed


@pytest.mark.parametrize(
    ("address", "state"),
    [
        (None, "missing"),
        (" ", "missing"),
        ("ada@example.com", "valid"),
        (" Ada@Example.com ", "valid"),
        ("ada", "invalid"),
        ("@example.com", "invalid"),
        ("ada@example", "invalid"),
        ("ada@b@example.com", "invalid"),
        ("ada smith@example.com", "invalid"),
    ],
)
def test_an_address_tells_whether_it_is_one(address: str | None, state: str) -> None:
    """Valid is one @ with something before it and a dot behind it, and no space."""
    (contact,) = decode(CONTACTS, {"id": 1, "email": address})
    (sale,) = decode(SALES_ORDERS, {"id": 1, "memberEmail": address})
    assert contact["email_state"] == state
    assert sale["member_email_state"] == state


def test_the_address_on_an_order_is_not_kept() -> None:
    """Of the customer's address on an order not even a hash is stored."""
    (record,) = decode(SALES_ORDERS, {"id": 1, "memberEmail": "ada@example.com"})
    kept = {column.name for column in SALES_ORDERS.columns if record[column.name] is not None}
    assert kept == {"id", "member_email_state"}
    assert "ada" not in str(record)


@pytest.mark.parametrize("endpoint", [PRODUCTION_JOBS, BOM_MASTERS], ids=lambda e: e.name)
def test_the_lines_of_a_job_or_a_bill_are_its_products(endpoint: Endpoint) -> None:
    """Cin7 calls the list `products` there; what they are made of is kept as JSON."""
    product = {"id": 7, "productOptionId": 3, "components": [{"sort": 2, "id": 8}]}
    batch = batch_of(endpoint, {"id": 1, "products": [product], "lineItems": [{"id": 9}]})
    assert batch.lines is not None
    (line,) = batch.lines.to_pylist()
    assert (line["id"], line["product_option_id"]) == (7, 3)
    assert line["components"] == '[{"id":8,"sort":2}]'


def test_of_a_component_only_what_is_declared_is_kept() -> None:
    """Notes of a component are free text that may name a person: they go no further than its page."""
    note = {"id": 8, "qty": 2, "notes": "ask Zoë", "code": {"by": "Zoë"}, "newField": "Zoë"}
    batch = batch_of(BOM_MASTERS, {"id": 1, "products": [{"id": 7, "components": [note]}]})
    assert batch.lines is not None
    decoded = str(batch.lines.to_pylist())
    assert '{"id":8,"qty":2}' in decoded
    assert "Zoë" not in decoded


def test_a_field_of_two_columns_is_asked_for_once() -> None:
    """Hash and state of an address come from one field."""
    assert CONTACTS.fields.split(",").count("email") == 1


def test_custom_fields_are_asked_for_where_some_are_mapped() -> None:
    """Without a mapping they are not asked for at all; with one, only the mapped ones are."""
    assert "customFields" not in SALES_ORDERS.fields
    mapped = SALES_ORDERS.with_custom_fields(["orders_1001", "orders_1000"])
    assert "customFields(orders_1000,orders_1001),lineItems(" in mapped.fields


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"orders_1000": "A", "orders_1001": "Ada"}, '{"orders_1000":"A"}'),
        ({"Orders_1000": 1.5}, '{"orders_1000":1.5}'),
        ({"orders_1002": "C", "orders_1000": "A"}, '{"orders_1000":"A","orders_1002":"C"}'),
        ({"orders_1001": "Ada"}, None),
        ({"orders_1000": None}, None),
        ({}, None),
        (None, None),
        ("orders_1000", None),
        ([], None),
        ([{"code": "orders_1000", "value": "A"}, {"name": "x", "value": 1}], '{"orders_1000":"A"}'),
        ([{"value": "A"}, "orders_1000", {"code": 5, "value": "A"}], None),
    ],
)
def test_only_mapped_custom_fields_are_kept(sent: Any, kept: str | None) -> None:
    """Whatever shape Cin7 sends, what is not mapped is left behind, and no record fails for it."""
    endpoint = SALES_ORDERS.with_custom_fields(["orders_1000", "orders_1002"])
    (record,) = decode(endpoint, {"id": 1, "customFields": sent})
    assert record["custom_fields"] == kept
    assert "Ada" not in str(record)


@pytest.mark.parametrize(
    "fields",
    [{"total": "NaN"}, {"total": "Infinity"}, {"createdDate": "9999-12-31T23:59:59-05:00"}],
)
def test_a_value_that_cannot_be_kept_names_its_record(fields: dict[str, Any]) -> None:
    """What is a number or a moment in name only breaks the contract of its record, not the run."""
    with pytest.raises(ContractBroken, match="id=7"):
        decode(SALES_ORDERS, {"id": 7, **fields})


def test_a_line_that_is_no_object_names_its_document() -> None:
    """A list of lines holds lines and nothing else."""
    with pytest.raises(ContractBroken, match="id=7"):
        decode(PRODUCTION_JOBS, {"id": 7, "products": [None]})


def test_a_superseded_version_is_left_behind_with_its_lines() -> None:
    """Of a batch any rows can be taken, and each brings its own lines."""
    batch = batch_of(
        SALES_ORDERS,
        {"id": 1, "lineItems": [{"id": 10}]},
        {"id": 2, "lineItems": [{"id": 20}, {"id": 21}]},
        {"id": 3},
    )
    documents, lines = batch.tables([1, 2])
    assert documents["id"].to_pylist() == [2, 3]
    assert lines is not None
    assert lines["id"].to_pylist() == [20, 21]
    assert lines["_dlt_id"].to_pylist() == ["2-0", "2-1"]
