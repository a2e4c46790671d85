"""Whatever JSON stands in a declared field: it loads exactly right, or is refused by its record's id."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cin7_pipeline.api.answers import ARRAY, Answer, Redactor, checked_body
from cin7_pipeline.api.declaration import Column, ColumnType, Endpoint
from cin7_pipeline.api.endpoints import ENDPOINTS
from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.decode import Decoder

SALT = b"salt"
MAPPED = ("orders_1000", "members_7")
REFUSED = object()
BEFORE, ODD, AFTER = 4, 911, 12


def loaded(endpoint: Endpoint, body: bytes) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows that a page becomes in the tables of documents and of lines, once the client let it pass."""
    answer = Answer(asked=endpoint.path, status=200, body=body)
    batch = decoder_of(endpoint).batch(checked_body(answer, ARRAY, Redactor("", "")))
    return batch.documents.to_pylist(), batch.lines.to_pylist() if batch.lines else []


@cache
def decoder_of(endpoint: Endpoint) -> Decoder:
    """The decoder of an endpoint; making one takes longer than a page."""
    return Decoder(endpoint, SALT)


# JSON as Cin7 could send it: numbers are kept as they are written.
def as_json(value: Any) -> str:
    """The value as JSON; a `Decimal` is written digit by digit, a lone surrogate as its escape."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, list):
        return f"[{','.join(map(as_json, value))}]"
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(k)}:{as_json(v)}' for k, v in value.items())}}}"
    return json.dumps(value)


numbers = st.one_of(
    st.integers(-(10**20), 10**20),
    st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**14, 10**10, 10**40]),
    st.decimals(-(10**16), 10**16, places=6),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda x: Decimal(repr(x))),
    st.sampled_from(
        [
            "1e400",
            "-1e400",
            "1E-400",
            "-0.0",
            "99999999999999.99999",
            "9999999999.999999999",
            "1e30",
        ]
    ).map(Decimal),
)
moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)).flatmap(  # noqa: DTZ001
    lambda moment: st.sampled_from(
        [
            f"{moment.isoformat(timespec='seconds')}Z",
            moment.isoformat(timespec="milliseconds"),
            f"{moment.isoformat(timespec='seconds')}.1234567Z",
            f"{moment.isoformat(timespec='seconds')}+14:00",
            f"{moment.isoformat(timespec='seconds')}-12:00",
            moment.date().isoformat(),
        ]
    )
)
texts = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=())),
    moments,
    st.sampled_from(
        [
            "NaN",
            "Infinity",
            "12.5",
            "1_000",
            "true",
            "",
            "'; drop table x --",
            '"',
            "\\",
            "\0",
            "\n",
        ]
    ),
    st.emails(),
)
leaves = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def has_surrogate(value: Any) -> bool:
    """True where a text in the value is no Unicode text: half of a pair."""
    if isinstance(value, str):
        return any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)
    if isinstance(value, dict):
        return any(has_surrogate(part) for item in value.items() for part in item)
    return isinstance(value, list) and any(map(has_surrogate, value))


# What is right, by the type of the column: a value, or REFUSED. Refusing more is not wrong where the
# value is none that Cin7 sends (see `is_of_cin7`), loading another value always is.
def right_id(value: Any) -> Any:
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value) if abs(value) < 10**30 else 10**30
    is_id = isinstance(value, int) and not isinstance(value, bool)
    return value if value is None or (is_id and -(2**63) <= value < 2**63) else REFUSED


def right_text(value: Any) -> Any:
    is_text = value is None or isinstance(value, str)
    return value if is_text and not has_surrogate(value) else REFUSED


def right_key_text(value: Any) -> Any:
    return "" if value is None else right_text(value)


MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?(?:([Zz])|([+-]\d\d:?\d\d))?", re.ASCII
)


def right_moment(value: Any) -> Any:
    if value is None:
        return None
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return REFUSED
    day, clock, fraction, _, offset = found.groups()
    try:
        moment = datetime.fromisoformat(
            f"{day}T{clock}.{(fraction or '0')[:6]:0<6}{offset or '+00:00'}"
        )
        return None if moment.year <= 1 else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return REFUSED


def right_decimal(places: int) -> Callable[[Any], Any]:
    def right(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, str) and re.fullmatch(r"[-+]?[0-9]+(\.[0-9]+)?", value):
            value = Decimal(value)  # .NET writes numbers as text where it is told to
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return REFUSED
        if abs(value) >= 10**30:
            return REFUSED
        exact = Context(prec=10_000, rounding=ROUND_HALF_EVEN)
        rounded = exact.quantize(Decimal(value), Decimal(1).scaleb(-places))
        return rounded if abs(rounded) < 10 ** (18 - places) else REFUSED

    return right


def right_flag(value: Any) -> Any:
    return value if value is None or isinstance(value, bool) else REFUSED


def as_double(value: Any) -> Any:
    """The value with its broken numbers as JSON's users read them: as doubles."""
    if isinstance(value, list):
        return [as_double(part) for part in value]
    if isinstance(value, dict):
        return {name: as_double(part) for name, part in value.items()}
    return float(value) if isinstance(value, Decimal) else value


def is_infinite(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(is_infinite, value.values()))
    if isinstance(value, list):
        return any(map(is_infinite, value))
    return isinstance(value, Decimal) and abs(float(value)) == float("inf")


class Json(NamedTuple):
    """A value that is stored as the text of JSON."""

    value: Any


def right_json(value: Any) -> Any:
    if value is None:
        return None
    return REFUSED if has_surrogate(value) or is_infinite(value) else Json(as_double(value))


def right_parts(value: Any) -> Any:
    if value is None:
        return None
    is_list = isinstance(value, list) and all(isinstance(each, dict) for each in value)
    return right_json(value) if is_list else REFUSED


def right_for(column: Column, value: Any) -> Any:
    """What the column holds of the value, or that it is refused."""
    right = RIGHT[column.type](value)
    if column.type is not ColumnType.PARTS or not isinstance(right, Json):
        return right
    return Json(
        [
            {k: v for k, v in each.items() if k in column.parts and not isinstance(v, list | dict)}
            for each in right.value
        ]
    )


def right_custom_fields(value: Any) -> Any:
    if has_surrogate(value) or is_infinite(value):
        return REFUSED
    pairs = list(value.items()) if isinstance(value, dict) else []
    if isinstance(value, list):
        entries = [e for e in value if isinstance(e, dict)]
        pairs = [(e.get("code") or e.get("name"), e.get("value")) for e in entries]
    by_code = {code.casefold(): content for code, content in pairs if isinstance(code, str)}
    kept = {code: by_code[code] for code in MAPPED if by_code.get(code) is not None}
    return Json(as_double(kept)) if kept else None


def right_hash(value: Any) -> Any:
    if right_text(value) is REFUSED:
        return REFUSED
    address = (value or "").strip().casefold()
    digest = hashlib.blake2b(address.encode(), key=SALT, digest_size=8).hexdigest()
    return digest if address else None


def right_state(value: Any) -> Any:
    if right_text(value) is REFUSED:
        return REFUSED
    address = (value or "").strip()
    name, at, domain = address.partition("@")
    is_valid = bool(name and at and "." in domain) and "@" not in domain
    is_valid = is_valid and not any(letter.isspace() for letter in address)
    return "missing" if not address else "valid" if is_valid else "invalid"


RIGHT: dict[ColumnType, Callable[[Any], Any]] = {
    ColumnType.ID: right_id,
    ColumnType.TEXT: right_text,
    ColumnType.KEY_TEXT: right_key_text,
    ColumnType.TIMESTAMP: right_moment,
    ColumnType.NUMBER: right_decimal(4),
    ColumnType.RATE: right_decimal(8),
    ColumnType.FLAG: right_flag,
    ColumnType.JSON: right_json,
    ColumnType.PARTS: right_parts,
    ColumnType.EMAIL_HASH: right_hash,
    ColumnType.EMAIL_STATE: right_state,
    ColumnType.CUSTOM_FIELDS: right_custom_fields,
}


def is_of_cin7(column: Column, value: Any) -> bool:
    """True for what Cin7's reference promises in such a field, which must never be refused."""
    kind = column.type
    if value is None or has_surrogate(value) or is_infinite(value):
        return value is None
    if kind is ColumnType.TIMESTAMP:
        return (
            isinstance(value, str)
            and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z?", value, re.ASCII)
            is not None
        )
    if kind in (ColumnType.NUMBER, ColumnType.RATE):
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        return is_number and is_printed_double(Decimal(value))
    if kind is ColumnType.ID:
        return isinstance(value, int)
    if kind is ColumnType.CUSTOM_FIELDS:
        return isinstance(value, dict | list)
    return True


def is_printed_double(number: Decimal) -> bool:
    """True for what sums of doubles leave: at most 17 digits, and not smaller than their noise."""
    _, digits, exponent = number.as_tuple()
    return len(digits) <= 17 and isinstance(exponent, int) and exponent >= -38


def equal(expected: Any, found: Any) -> bool:
    """True for the same value of the same type; a moment may be rounded to the next microsecond."""
    if isinstance(expected, Json):
        return isinstance(found, str) and json.loads(found) == expected.value
    if isinstance(expected, datetime):
        return isinstance(found, datetime) and abs(found - expected) <= timedelta(microseconds=1)
    return type(expected) is type(found) and bool(expected == found)


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
    """Fail unless the value is loaded right or refused by its record's id, and nothing else is touched."""
    odd = {column.field: value}
    if in_line:
        assert endpoint.lines is not None
        odd = {endpoint.lines.field: [{"id": 70}, {"id": 71, **odd}]}
    own = endpoint.lines.columns if in_line and endpoint.lines else endpoint.columns
    same_field = [each for each in own if each.field == column.field]
    expected = {each.name: right_for(each, value) for each in same_field}
    if value is None and not in_line and column.name in endpoint.key:
        expected[column.name] = "" if column.type is ColumnType.KEY_TEXT else REFUSED
    refusal, documents, lines = "", [], []
    try:
        documents, lines = loaded(endpoint, page_with(endpoint, odd))
    except ContractBroken as error:
        refusal = str(error)
    if refusal:
        assert f"{endpoint.page_key}={ODD}:" in refusal
        assert len(refusal.splitlines()) == 1
        is_known = is_of_cin7(column, value) and REFUSED not in expected.values()
        assert not is_known, f"{value!r} is refused: {refusal}"
        return
    assert [row[snake(endpoint.page_key)] for row in documents] == [BEFORE, ODD, AFTER]
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
    "", " ", "text", "5", "NaN", "-Infinity", "true", "a\0b", "é😀", "'; drop table x --",
    "2026-07-07T14:00:06Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-05:00", "2026-02-30T00:00:00Z",
    "2026-07-07", "a@b.cd", [], {}, [None], {"a": {"b": [1]}}, [{"code": "orders_1000", "value": 1}],
    [{"qty": 2, "name": "S", "notes": "Ada", "code": [1]}], [{"name": "S"}, 5],
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
    """Each field of each endpoint takes what its type can hold and refuses the rest by the record's id."""
    endpoint, column, in_line = PLACES[place]
    for value in SENT:
        check_value(endpoint, column, value, in_line=in_line)


@pytest.mark.parametrize("value", AWKWARD, ids=ascii)
def test_what_no_column_holds_is_refused(value: Any) -> None:
    """A number or a text that cannot be kept as it is breaks the contract of its record, in any field."""
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
    assume(not has_surrogate(value) and not is_infinite(value))
    body = as_json([{ENDPOINTS[name].page_key: 1}, value]).encode()
    with pytest.raises(ContractBroken):
        loaded(ENDPOINTS[name], body)


@given(st.sampled_from(sorted(ENDPOINTS)), st.text("abcXYZ_", min_size=8), values)
def test_what_was_not_declared_is_told_and_left_out(name: str, field: str, value: Any) -> None:
    """A field that nobody declared changes nothing of what is loaded, whatever is in it."""
    endpoint = ENDPOINTS[name]
    assume(not has_surrogate(value) and not is_infinite(value))
    with_it, without = (loaded(endpoint, page_with(endpoint, odd)) for odd in ({field: value}, {}))
    for documents, _ in (with_it, without):
        for row in documents:
            del row["row_hash"]  # of all that Cin7 sent
    assert with_it == without
    assert field in decoder_of(endpoint).unknown_fields
