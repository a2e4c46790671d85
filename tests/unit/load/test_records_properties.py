"""Whatever JSON stands in a declared field: it loads exactly right, or its record is rejected alone."""

from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.record_reader import RecordReader
from cin7_pipeline.load.records import Records, Rejection
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.omni.responses import ARRAY, ApiResponse, Redactor, validate
from tests.unit.load.fake_account import page_of
from tests.unit.load.json_values import as_json, is_infinite, values
from tests.unit.load.records_oracle import (
    MAPPED,
    REFUSED,
    RIGHT,
    SALT,
    equal,
    is_of_cin7,
    right_for,
)

BEFORE, ODD, AFTER = 4, 911, 12


class Loaded(NamedTuple):
    """The rows that a page becomes in the tables of documents and of lines, and the rejected records."""

    documents: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    rejected: dict[int, Rejection]


def loaded(endpoint: Endpoint, body: bytes) -> Loaded:
    """What a page becomes, once the client let it pass."""
    answer = ApiResponse(asked=endpoint.path, status=200, body=body)
    page = page_of(endpoint, validate(answer, ARRAY, Redactor("", "")))
    records = Records(reader_of(endpoint), {})
    records.add(page)
    records.type_rest()
    documents, *lines = records.take_tables()
    return Loaded(
        documents.to_pylist(),
        lines[0].to_pylist() if lines else [],
        {key[0]: why for key, why in records.rejected.items()},
    )


@cache
def reader_of(endpoint: Endpoint) -> RecordReader:
    """The reader of an endpoint; making one takes longer than a page."""
    return RecordReader(endpoint, SALT)


def snake(field: str) -> str:
    """The column of a key field."""
    return Column(field, ColumnType.ID).name


@cache
def mapped(endpoint: Endpoint) -> Endpoint:
    """The endpoint, with custom fields mapped where it has any."""
    return endpoint.with_custom_fields(MAPPED) if endpoint.has_custom_fields else endpoint


def page_with(endpoint: Endpoint, odd: dict[str, Any]) -> bytes:
    """Three records, of which the second has the odd fields."""
    keys = [c.field for name in endpoint.key for c in endpoint.columns if c.name == name]
    plain = {name: "S" if name == "size" else 1 for name in keys}
    rows = [{**plain, endpoint.page_key: n} for n in (BEFORE, ODD, AFTER)]
    rows[1] |= odd
    return as_json(rows).encode()


def check_value(endpoint: Endpoint, column: Column, value: Any, *, in_line: bool) -> None:
    """Fail unless the value is loaded right or its record rejected, and nothing else is touched."""
    odd = {column.field: value}
    if in_line:
        assert endpoint.lines is not None
        odd = {endpoint.lines.field: [{"id": 70}, {"id": 71, **odd}]}
    own = endpoint.lines.columns if in_line and endpoint.lines else endpoint.columns
    same_field = [each for each in own if each.field == column.field]
    expected = {each.name: right_for(each, value) for each in same_field}
    if expected[column.name] is None and not in_line and column.name in endpoint.key:
        expected[column.name] = "" if column.type is ColumnType.TEXT_NOT_NULL else 0
    documents, lines, rejected = loaded(endpoint, page_with(endpoint, odd))
    read = [row[snake(endpoint.page_key)] for row in documents]
    if rejected:
        assert read == [BEFORE, AFTER]
        (why,) = rejected.values()
        path = f"{endpoint.lines.field}." if in_line and endpoint.lines else ""
        assert (rejected.keys(), why.field.split(".")[:2]) == (
            {ODD},
            f"{path}{column.field}".split("."),
        )
        assert len(f"{why.reason}.".splitlines()) == 1
        is_known = is_of_cin7(column, value) and REFUSED not in expected.values()
        assert not is_known, f"{value!r} is refused: {why}"
        return
    assert read == [BEFORE, ODD, AFTER]
    row = lines[1] if in_line else documents[1]
    for each in same_field:
        wanted, found = expected[each.name], row[each.name]
        assert wanted is not REFUSED, f"{value!r} was loaded as {found!r}"
        assert equal(wanted, found), f"{value!r} was loaded as {found!r}"


PLACES = {
    f"{name}.{'lines.' if in_line else ''}{column.field}": (mapped(endpoint), column, in_line)
    for name, endpoint in ENDPOINTS.items()
    for in_line, own in [
        (False, endpoint.columns),
        (True, endpoint.lines and endpoint.lines.columns),
    ]
    for column in own or ()
    if in_line or column.field != endpoint.page_key
}
SENT = [
    None, True, False, 0, 7, -7, 2**63 - 1, -(2**63),
    Decimal("1.0"), Decimal("0.30000000000000004"), Decimal("-2.5"), Decimal("0.00005"), Decimal("1e-400"),
    Decimal("12.345678915"), Decimal("-0.00015"),
    "", " ", "text", "5", "NaN", "-Infinity", "true", "a\0b", "é😀", "'; drop table x --",
    "2026-07-07T14:00:06Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00", "2026-02-30T00:00:00Z",
    "2026-07-07", "a@b.cd", [], {}, [None], {"a": {"b": [1]}}, [{"code": "orders_1000", "value": 1}],
    [{"qty": 2, "name": "S", "notes": "Ada", "code": [1]}], [{"name": "S"}, 5],
    {"ORDERS_1000": [2**70, Decimal("1.5")]},
]  # fmt: skip
# Numbers that no column holds, numbers that are none, texts that are none.
AWKWARD = [
    2**63, -(2**63) - 1, 10**40, Decimal("1e400"), "1_0", "\ud800",
    Decimal("99999999999999.99999"), Decimal("9999999999.999999999"),
    {"orders_1000": "\udfff"}, {"members_7": Decimal("1e400")},
]  # fmt: skip


def test_every_type_has_its_oracle() -> None:
    """A type of column that nobody said what is right for is not tested by chance."""
    assert set(RIGHT) == set(ColumnType)


@pytest.mark.parametrize("place", PLACES)
def test_what_can_be_sent_is_loaded_right_or_refused(place: str) -> None:
    """Each field of each endpoint takes what its type can hold, and the rest sets its own record aside."""
    endpoint, column, in_line = PLACES[place]
    for value in SENT:
        check_value(endpoint, column, value, in_line=in_line)


@pytest.mark.parametrize("value", AWKWARD, ids=ascii)
def test_what_no_column_holds_is_refused(value: Any) -> None:
    """A number that cannot be kept as it is rejects its record; half a character is replaced."""
    for endpoint, column, in_line in PLACES.values():
        check_value(endpoint, column, value, in_line=in_line)


@given(st.sampled_from(sorted(PLACES)), values)
def test_a_value_nobody_thought_of_is_loaded_right_or_refused(place: str, value: Any) -> None:
    """The same for values that are made at random."""
    endpoint, column, in_line = PLACES[place]
    check_value(endpoint, column, value, in_line=in_line)


@given(st.sampled_from(sorted(ENDPOINTS)), values.filter(lambda value: not isinstance(value, dict)))
def test_what_is_no_record_is_refused(name: str, value: Any) -> None:
    """A page is a list of objects; anything else in it breaks the contract, whatever it is."""
    assume(not is_infinite(value))
    body = as_json([{ENDPOINTS[name].page_key: 1}, value]).encode()
    with pytest.raises(ContractBroken):
        loaded(ENDPOINTS[name], body)


@given(st.sampled_from(sorted(ENDPOINTS)), st.text("abcXYZ_", min_size=8), values)
def test_what_was_not_declared_is_told_and_left_out(name: str, field: str, value: Any) -> None:
    """A field that nobody declared changes nothing of what is loaded, whatever is in it."""
    endpoint = ENDPOINTS[name]
    assume(not is_infinite(value))
    with_it, without = (loaded(endpoint, page_with(endpoint, odd)) for odd in ({field: value}, {}))
    for each in (with_it, without):
        for row in each.documents:
            del row["row_hash"]  # of all that Cin7 sent
    assert with_it == without
    assert field in reader_of(endpoint).unknown_fields
