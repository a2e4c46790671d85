"""JSON as Cin7 could send it, and as nobody would: any number, moment and text, and lists and tables of them.

Numbers are kept as they are written; what a column should make of a value stands in `records_oracle.py`.
"""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st


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


def is_infinite(value: Any) -> bool:
    """True where a number in the value is none that a double holds."""
    if isinstance(value, dict):
        return any(map(is_infinite, value.values()))
    if isinstance(value, list):
        return any(map(is_infinite, value))
    return isinstance(value, Decimal) and abs(float(value)) == float("inf")
