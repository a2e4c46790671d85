"""Rules of turning a page of JSON into typed records."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cin7_pipeline.api.declaration import Endpoint
from cin7_pipeline.api.endpoints import (
    BOM_MASTERS,
    CONTACTS,
    PRODUCT_OPTIONS,
    PRODUCTION_JOBS,
    SALES_ORDERS,
    STOCK,
)
from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.decode import Decoder, Record


def decode(endpoint: Endpoint, *rows: dict[str, Any]) -> list[Record]:
    return Decoder(endpoint, salt=b"salt").records(msgspec.json.encode(rows))


def value(endpoint: Endpoint, record: Record, name: str) -> Any:
    return dict(zip((c.name for c in endpoint.columns), record.values, strict=True))[name]


def test_missing_and_null_fields_are_unset() -> None:
    """A record may lack any field but its key, and any field may be null."""
    (record,) = decode(SALES_ORDERS, {"id": 1, "reference": None, "lineItems": None})
    assert record.key == (1,)
    assert set(record.values[1:]) == {None, "missing"}
    assert record.lines == ()


def test_numbers_are_exact_to_four_places() -> None:
    """Quantities and money are decimals read from the text of the JSON, never through a float."""
    (record,) = decode(SALES_ORDERS, {"id": 1, "total": 0.1 + 0.2, "currencyRate": 1})
    assert value(SALES_ORDERS, record, "total") == Decimal("0.3000")
    assert value(SALES_ORDERS, record, "currency_rate") == Decimal("1.00000000")


def test_moments_are_utc_and_the_year_one_is_unset() -> None:
    """A moment without a zone is UTC, and .NET's smallest date means that there is none."""
    (record,) = decode(
        SALES_ORDERS,
        {"id": 1, "createdDate": "2026-07-07T14:00:06", "invoiceDate": "0001-01-01T00:00:00Z"},
    )
    assert record.created_at == datetime(2026, 7, 7, 14, 0, 6, tzinfo=UTC)
    assert value(SALES_ORDERS, record, "invoice_date") is None


def test_nine_and_nine_point_zero_are_the_same_version() -> None:
    """How Cin7 spells a number or orders the keys of an object does not make a new version."""
    (first,) = decode(
        PRODUCT_OPTIONS, {"id": 1, "optionWeight": 9, "priceColumns": {"a": 1, "b": 2}}
    )
    (second,) = decode(
        PRODUCT_OPTIONS, {"priceColumns": {"b": 2, "a": 1}, "optionWeight": 9.0, "id": 1}
    )
    assert first.row_hash == second.row_hash


def test_a_changed_line_is_a_new_version_of_its_document() -> None:
    """The hash of a document covers its lines."""
    (before,) = decode(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 7, "qty": 1}]})
    (after,) = decode(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 7, "qty": 2}]})
    assert before.row_hash != after.row_hash


def test_sizes_of_one_option_are_rows_of_their_own() -> None:
    """On a size grid the key is option and size; an unset size is the empty text."""
    rows = decode(
        PRODUCT_OPTIONS, {"id": 1, "size": "S"}, {"id": 1, "size": "M"}, {"id": 2, "size": None}
    )
    assert [row.key for row in rows] == [(1, "S"), (1, "M"), (2, "")]
    (stock,) = decode(STOCK, {"productOptionId": 5, "branchId": 3})
    assert stock.key == (5, 3, "")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"total": "much"}, "total"),
        ({"reference": 5}, "reference"),
        ({"isVoid": "no"}, "isVoid"),
        ({"createdDate": "yesterday"}, "createdDate"),
        ({"lineItems": [{"id": 1, "qty": []}]}, r"lineItems\[0\].qty"),
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
    (record,) = decoder.records(b'[{"id": 1, "firstName": "Ada", "shoeSize": 38}]')
    assert decoder.unknown_fields == {"firstName", "shoeSize"}
    assert "Ada" not in str(record)


def test_an_address_is_only_kept_as_a_salted_hash() -> None:
    """Equal addresses have equal hashes whatever their case; another salt gives another hash."""
    first, second, none = decode(
        CONTACTS,
        {"id": 1, "email": "Ada@Example.com "},
        {"id": 2, "email": "ada@example.com"},
        {"id": 3, "email": ""},
    )
    hashed = value(CONTACTS, first, "email_hash")
    assert hashed == value(CONTACTS, second, "email_hash")
    assert value(CONTACTS, none, "email_hash") is None
    assert "ada" not in str(first).lower()
    (other,) = Decoder(CONTACTS, salt=b"other").records(b'[{"id": 1, "email": "ada@example.com"}]')
    assert value(CONTACTS, other, "email_hash") != hashed


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
    assert value(CONTACTS, contact, "email_state") == state
    assert value(SALES_ORDERS, sale, "member_email_state") == state


def test_the_address_on_an_order_is_not_kept() -> None:
    """Of the customer's address on an order not even a hash is stored."""
    (record,) = decode(SALES_ORDERS, {"id": 1, "memberEmail": "ada@example.com"})
    assert record.values.count(None) == len(record.values) - 2
    assert "ada" not in str(record)


@pytest.mark.parametrize("endpoint", [PRODUCTION_JOBS, BOM_MASTERS], ids=lambda e: e.name)
def test_the_lines_of_a_job_or_a_bill_are_its_products(endpoint: Endpoint) -> None:
    """Cin7 calls the list `products` there; what they are made of is kept as JSON."""
    product = {"id": 7, "productOptionId": 3, "components": [{"sort": 2, "id": 8}]}
    (record,) = decode(endpoint, {"id": 1, "products": [product], "lineItems": [{"id": 9}]})
    assert endpoint.lines is not None
    names = [column.name for column in endpoint.lines.columns]
    (line,) = [dict(zip(names, values, strict=True)) for values in record.lines]
    assert (line["id"], line["product_option_id"]) == (7, 3)
    assert line["components"] == '[{"id":8,"sort":2}]'


def test_of_a_component_only_what_is_declared_is_kept() -> None:
    """Notes of a component are free text that may name a person: they go no further than its page."""
    note = {"id": 8, "qty": 2, "notes": "ask Zoë", "code": {"by": "Zoë"}, "newField": "Zoë"}
    record = {"id": 1, "products": [{"id": 7, "components": [note]}]}
    (decoded,) = decode(BOM_MASTERS, record)
    assert '{"id":8,"qty":2}' in str(decoded)
    assert "Zoë" not in str(decoded)


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
    assert value(endpoint, record, "custom_fields") == kept
    assert "Ada" not in str(record)


@pytest.mark.parametrize(
    "fields",
    [{"total": "NaN"}, {"total": "Infinity"}, {"createdDate": "9999-12-31T23:59:59-05:00"}],
)
def test_a_value_that_cannot_be_kept_names_its_record(fields: dict[str, Any]) -> None:
    """What is a number or a moment in name only breaks the contract of its record, not the run."""
    with pytest.raises(ContractBroken, match="id=7"):
        decode(SALES_ORDERS, {"id": 7, **fields})
