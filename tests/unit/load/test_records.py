"""Rules of turning a page of JSON into typed records."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.record_reader import (
    ProjectedRecord,
    RecordReader,
    TypedRecords,
    declaration,
)
from cin7_pipeline.load.records import Records
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint, NestedTable, columns
from cin7_pipeline.omni.endpoints import (
    BOM_MASTERS,
    CONTACTS,
    PRODUCT_OPTIONS,
    PRODUCTION_JOBS,
    SALES_ORDERS,
    STOCK,
)
from cin7_pipeline.omni.page import Page
from cin7_pipeline.omni.responses import ARRAY, ApiResponse, Redactor, validate
from tests.unit.load.fake_account import page_of

Row = dict[str, Any]


def tables_of(endpoint: Endpoint, *records: Any, salt: bytes = b"salt") -> TypedRecords:
    reader = RecordReader(endpoint, salt)
    split = reader.split(page_of(endpoint, [*records]))
    projected = [reader.project(version, raw) for version, raw in split]
    inexact = reader.inexact(projected)
    return reader.typed(
        [reader.exact(each) if n in inexact else each for n, each in enumerate(projected)]
    )


def documents_of(endpoint: Endpoint, *records: Any) -> list[Row]:
    rows: list[Row] = tables_of(endpoint, *records).documents.to_pylist()
    return rows


def records_of(endpoint: Endpoint, *pages: Page, loaded: TypedRecords | None = None) -> Records:
    hashes = {v.key: v.row_hash for v in loaded.versions} if loaded else {}
    records = Records(RecordReader(endpoint, b"salt"), hashes)
    for page in pages:
        records.add(page)
    records.type_rest()
    return records


def test_missing_and_null_fields_are_unset() -> None:
    """A record may lack any field but its key, and any field may be null."""
    tables = tables_of(SALES_ORDERS, {"id": 1, "reference": None, "lineItems": None})
    (version,), (record,) = tables.versions, tables.documents.to_pylist()
    assert version.key == (1,)
    assert {record[column.name] for column in SALES_ORDERS.columns[1:]} == {None, "missing"}
    assert not tables.lines


def test_changed_records_of_many_pages_are_typed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever pages they came on, each record is typed exactly once, and few tables are made."""
    monkeypatch.setattr("cin7_pipeline.load.records.ROWS_AT_ONCE", 1000)
    sizes: list[int] = []
    original = RecordReader.typed

    def counted(reader: RecordReader, projected: Sequence[ProjectedRecord]) -> TypedRecords:
        sizes.append(len(projected))
        return original(reader, projected)

    monkeypatch.setattr(RecordReader, "typed", counted)
    pages = [[{"id": 250 * page + n} for n in range(250)] for page in range(9)]
    records = records_of(CONTACTS, *(page_of(CONTACTS, page) for page in pages))
    (documents,) = records.take_tables()
    assert documents["id"].to_pylist() == [key for (key,) in records.versions] == list(range(2250))
    assert sizes == [1000, 1000, 250]


def test_numbers_are_exact_to_four_places() -> None:
    """Quantities and money are decimals read from the text of the JSON, never through a float."""
    (record,) = documents_of(SALES_ORDERS, {"id": 1, "total": 0.1 + 0.2, "currencyRate": 1})
    assert record["total"] == Decimal("0.3000")
    assert record["currency_rate"] == Decimal("1.00000000")


def test_moments_are_utc_and_the_year_one_is_unset() -> None:
    """A moment without a zone is UTC, and .NET's smallest date means that there is none."""
    (record,) = documents_of(
        SALES_ORDERS,
        {"id": 1, "createdDate": "2026-07-07T14:00:06", "invoiceDate": "0001-01-01T00:00:00Z"},
    )
    assert record["created_date"] == datetime(2026, 7, 7, 14, 0, 6, tzinfo=UTC)
    assert record["invoice_date"] is None


def test_what_is_loaded_already_is_passed_over() -> None:
    """A record whose text is that of the loaded version counts as read, and is not typed again."""
    first = tables_of(CONTACTS, {"id": 1, "company": "A"}, {"id": 2, "company": "B"})
    page = page_of(CONTACTS, [{"id": 1, "company": "A"}, {"id": 2, "company": "C"}])
    records = records_of(CONTACTS, page, loaded=first)
    assert list(records.versions) == [(1,), (2,)]
    assert records.take_tables()[0]["company"].to_pylist() == ["C"]


def test_an_older_copy_does_not_replace_a_newer_version() -> None:
    """Of a record that changed while it was read, the version modified last is written, with its lines."""
    records = records_of(SALES_ORDERS)
    for second, line in ((1, 10), (3, 30), (2, 20)):
        modified = f"2026-06-30T00:00:0{second}Z"
        order = {"id": 1, "createdDate": modified, "modifiedDate": modified}
        records.add(page_of(SALES_ORDERS, [order | {"lineItems": [{"id": line}]}]))
        records.type_rest()
    documents, lines = records.take_tables()
    assert documents["modified_date"].to_pylist() == [datetime(2026, 6, 30, 0, 0, 3, tzinfo=UTC)]
    assert lines["id"].to_pylist() == [30]


@pytest.mark.parametrize(("odd", "total"), [(1, 3), (3, None)])
def test_of_two_versions_the_later_one_counts_whichever_is_odd(odd: int, total: int | None) -> None:
    """A record that was corrected while it was read is not rejected; one that became odd is."""
    records = records_of(SALES_ORDERS)
    for second in (1, 3, 2):
        modified = f"2026-06-30T00:00:0{second}Z"
        order = {"id": 1, "createdDate": modified, "modifiedDate": modified, "total": second}
        records.add(page_of(SALES_ORDERS, [order | ({"total": "x"} if second == odd else {})]))
    records.type_rest()
    assert bool(records.take_tables()) is (total is not None)
    assert records.rejected.keys() == (set() if total else {(1,)})


def test_what_is_kept_belongs_to_the_version() -> None:
    """Once other custom fields are mapped, every record is a new version, though its text is the same."""
    sent = {"id": 1, "customFields": {"orders_1000": "A"}}
    first, second = (
        tables_of(SALES_ORDERS.with_custom_fields(mapped), sent) for mapped in ([], ["orders_1000"])
    )
    assert first.versions[0].row_hash != second.versions[0].row_hash


def test_a_changed_line_is_a_new_version_of_its_document() -> None:
    """The hash of a document covers its lines."""
    (before,) = documents_of(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 7, "qty": 1}]})
    (after,) = documents_of(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 7, "qty": 2}]})
    assert before["row_hash"] != after["row_hash"]


def test_sizes_of_one_option_are_rows_of_their_own() -> None:
    """On a size grid the key is option and size; an unset size is the empty text."""
    options = tables_of(
        PRODUCT_OPTIONS, {"id": 1, "size": "S"}, {"id": 1, "size": "M"}, {"id": 2, "size": None}
    )
    assert [version.key for version in options.versions] == [(1, "S"), (1, "M"), (2, "")]
    (stock,) = tables_of(STOCK, {"productOptionId": 5, "branchId": 3}).versions
    assert stock.key == (5, 3, "")


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"total": "much"}, "total"),
        ({"reference": []}, "reference"),
        ({"isVoid": "no"}, "isVoid"),
        ({"createdDate": "yesterday"}, "createdDate"),
        ({"lineItems": [{"id": 1, "qty": []}]}, "lineItems.qty"),
        ({"lineItems": [{"id": 1}, 5]}, "lineItems"),
        ({"lineItems": [{"id": 1, "sizes": [5]}]}, "lineItems.sizes"),
        ({"total": 10**15}, "total"),
        ({"total": "NaN"}, "total"),
        ({"total": "Infinity"}, "total"),
        ({"createdDate": "9999-12-31T23:59:59-05:00"}, "createdDate"),
        ({"lineItems": [{"id": 1, "qty": 1}, {"id": 2, "qty": 9.3e16}]}, "lineItems.qty"),
    ],
)
def test_one_odd_record_is_rejected_alone(fields: dict[str, Any], what: str) -> None:
    """A value that its column cannot hold rejects its record by id and field; all others are read."""
    orders = [{"id": n, "lineItems": [{"id": 10 * n}]} for n in (4, 911, 5)]
    orders[1] |= fields
    records = records_of(SALES_ORDERS, page_of(SALES_ORDERS, orders))
    assert {key: why.field for key, why in records.rejected.items()} == {(911,): what}
    documents, lines = records.take_tables()
    assert documents["id"].to_pylist() == [4, 5]
    assert lines["sales_order_id"].to_pylist() == [4, 5]
    assert lines["id"].to_pylist() == [40, 50]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"reference": 5, "stage": 12.5, "status": True}, ("5", "12.5", "true")),
        ({"total": "", "currencyRate": "", "memberId": "", "completed": ""}, (None, None, None)),
        ({"createdDate": "", "invoiceDate": " "}, (None, None)),
        ({"isVoid": 1, "isApproved": 0}, (True, False)),
        ({"isVoid": "true", "isApproved": "False"}, (True, False)),
        ({"memberId": "77", "branchId": "-1"}, (77, -1)),
    ],
)
def test_scalars_are_read_as_kindly_as_they_are_unambiguous(
    sent: dict[str, Any], kept: tuple[Any, ...]
) -> None:
    """A number where text belongs is its text, a blank elsewhere is unset, and 1 is true."""
    (record,) = documents_of(SALES_ORDERS, {"id": 1, **sent})
    columns = [Column(name, ColumnType.TEXT).name for name in sent if name != "completed"]
    assert tuple(record[name] for name in columns) == kept


def test_stock_without_a_branch_is_stock_of_branch_0() -> None:
    """An unset foreign key is null on the wire; the units are somewhere all the same."""
    (row,) = documents_of(STOCK, {"productOptionId": 5, "branchId": None, "stockOnHand": 2})
    assert (row["branch_id"], row["stock_on_hand"]) == (0, 2)


def test_lines_that_cannot_be_told_apart_have_a_place() -> None:
    """Ids that repeat or are not set: such a line has its place; a null is an empty line."""
    lines = [{"id": 5}, {"id": 6}, {"id": 5}, {"id": 0}, None, {"id": 7}]
    tables = tables_of(SALES_ORDERS, {"id": 1, "lineItems": lines}, {"id": 2, "lineItems": [{}]})
    assert tables.lines is not None
    found = zip(*(tables.lines[name].to_pylist() for name in ("id", "place")), strict=True)
    assert [*found] == [(5, None), (6, None), (5, 3), (0, 4), (None, 5), (7, None), (None, 1)]


def test_half_an_emoji_is_replaced() -> None:
    """A text that another system cut in the middle of a character has U+FFFD there, and a whole one stays."""
    body = rb'[{"id": 1, "reference": "A \ud83e", "stage": "\ud83e\udd1d", "company": "\\ud83e"}]'
    answer = ApiResponse(asked="v1/SalesOrders", status=200, body=body)
    (record,) = documents_of(SALES_ORDERS, *validate(answer, ARRAY, Redactor("", "")))
    assert (record["reference"], record["stage"]) == ("A \ufffd", "\U0001f91d")
    assert record["company"] == r"\ud83e"


def test_a_record_without_its_key_is_refused() -> None:
    """A row that cannot be told from others is never stored."""
    with pytest.raises(ContractBroken, match="no usable id"):
        documents_of(SALES_ORDERS, {"reference": "A"})


def test_an_unknown_field_is_told_and_left_behind() -> None:
    """A field that nobody declared is reported by its name, and its value goes nowhere."""
    page = page_of(CONTACTS, [{"id": 1, "firstName": "Ada", "shoeSize": 38}])
    records = records_of(CONTACTS, page)
    assert records.unknown_fields == {"firstName", "shoeSize"}
    assert "Ada" not in str(records.take_tables())


def test_an_address_is_only_kept_as_a_salted_hash() -> None:
    """Equal addresses have equal hashes whatever their case; another salt gives another hash."""
    first, second, none = documents_of(
        CONTACTS,
        {"id": 1, "email": "Ada@Example.com "},
        {"id": 2, "email": "ada@example.com"},
        {"id": 3, "email": ""},
    )
    hashed = first["email_hash"]
    assert hashed == second["email_hash"]
    assert none["email_hash"] is None
    assert "ada" not in str(first).lower()
    other = tables_of(CONTACTS, {"id": 1, "email": "ada@example.com"}, salt=b"other")
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
    (contact,) = documents_of(CONTACTS, {"id": 1, "email": address})
    (sale,) = documents_of(SALES_ORDERS, {"id": 1, "memberEmail": address})
    assert contact["email_state"] == state
    assert sale["member_email_state"] == state


def test_the_address_on_an_order_is_not_kept() -> None:
    """Of the customer's address on an order not even a hash is stored."""
    (record,) = documents_of(SALES_ORDERS, {"id": 1, "memberEmail": "ada@example.com"})
    kept = {column.name for column in SALES_ORDERS.columns if record[column.name] is not None}
    assert kept == {"id", "member_email_state"}
    assert "ada" not in str(record)


@pytest.mark.parametrize("endpoint", [PRODUCTION_JOBS, BOM_MASTERS], ids=lambda e: e.name)
def test_the_lines_of_a_job_or_a_bill_are_its_products(endpoint: Endpoint) -> None:
    """Cin7 calls the list `products` there; what they are made of is kept as JSON."""
    product = {"id": 7, "productOptionId": 3, "components": [{"sort": 2, "id": 8}]}
    tables = tables_of(endpoint, {"id": 1, "products": [product], "lineItems": [{"id": 9}]})
    assert tables.lines is not None
    (line,) = tables.lines.to_pylist()
    assert (line["id"], line["product_option_id"]) == (7, 3)
    assert line["components"] == '[{"id":8,"sort":2}]'


def test_of_a_component_only_what_is_declared_is_kept() -> None:
    """Notes of a component are free text that may name a person: they go no further than its page."""
    note = {"id": 8, "qty": 2, "notes": "ask Zoë", "code": {"by": "Zoë"}, "newField": "Zoë"}
    tables = tables_of(BOM_MASTERS, {"id": 1, "products": [{"id": 7, "components": [note]}]})
    assert tables.lines is not None
    decoded = str(tables.lines.to_pylist())
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
    (record,) = documents_of(endpoint, {"id": 1, "customFields": sent})
    assert record["custom_fields"] == kept
    assert "Ada" not in str(record)


def test_a_superseded_version_is_left_behind_with_its_lines() -> None:
    """Of records that were typed together any may be replaced, and the others keep their own lines."""
    typed = tables_of(
        SALES_ORDERS,
        {"id": 1, "lineItems": [{"id": 10}]},
        {"id": 2, "lineItems": [{"id": 20}, {"id": 21}]},
        {"id": 3},
    )
    later = tables_of(SALES_ORDERS, {"id": 1, "lineItems": [{"id": 11}]})
    newest = {version.key: version for version in (*typed.versions, *later.versions)}
    documents, lines = typed.newest(newest)
    assert documents["id"].to_pylist() == [2, 3]
    assert lines is not None
    assert lines["id"].to_pylist() == [20, 21]
    assert lines["_dlt_id"].to_pylist() == ["2-0", "2-1"]


def test_numbers_are_rounded_half_to_even() -> None:
    """A number halfway between two goes to the even one, in whatever way it is written."""
    sent = (
        b"0.00005",
        b"0.00015",
        b"-2.00025",
        b"5e-5",
        b'"0.00025"',
        b"0.000050000000001",
        b"7.10",
    )
    expected = ("0", "0.0002", "-2.0002", "0", "0.0002", "0.0001", "7.1")
    for total, right in zip(sent, expected, strict=True):
        tables = tables_of(SALES_ORDERS, msgspec.Raw(b'{"id": 1, "total": ' + total + b"}"))
        (total_found,) = tables.documents["total"].to_pylist()
        assert total_found == Decimal(right), total


def test_what_is_kept_is_spelled_as_it_always_was() -> None:
    """The text that row hashes are made of outlives the names of classes and types."""
    lines = NestedTable(
        "bill_lines", "bill_id", columns(boolean="isVoid", json_list="sizes(name,qty)")
    )
    own = columns(id="id", text_not_null="size", decimal="qty", decimal_8="rate")
    bills = Endpoint("bills", "v1/Bills", "", own, lines=lines).with_custom_fields(["bills_1"])
    assert declaration(bills) == (
        "((Column(field='id', type=<ColumnType.ID: 'bigint'>, parts=()),"
        """ Column(field='size', type=<ColumnType.KEY_TEXT: "text, '' when unset">, parts=()),"""
        " Column(field='qty', type=<ColumnType.NUMBER: 'decimal(18,4)'>, parts=()),"
        " Column(field='rate', type=<ColumnType.RATE: 'decimal(18,8)'>, parts=())),"
        " Lines(table='bill_lines', parent_key='bill_id',"
        " columns=(Column(field='isVoid', type=<ColumnType.FLAG: 'boolean'>, parts=()),"
        " Column(field='sizes', type=<ColumnType.PARTS: 'json list of the declared parts'>,"
        " parts=('name', 'qty'))), field='lineItems'), ('bills_1',))"
    )
