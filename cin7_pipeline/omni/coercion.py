"""This module reads JSON values that were sent in another form than declared and can mean one thing only.

Other programs write into Cin7 too, and not all of them keep its types. What stays ambiguous is returned as
it is, for the decoder to refuse.
"""

import re

import msgspec
from msgspec import Raw

from cin7_pipeline.omni.endpoint import ColumnType

NULL = Raw(b"null")
TEXTS = {
    ColumnType.TEXT,
    ColumnType.TEXT_NOT_NULL,
    ColumnType.EMAIL_HASH,
    ColumnType.EMAIL_VALIDITY,
}
# Any value is right in these.
UNTYPED = {ColumnType.JSON, ColumnType.CUSTOM_FIELDS}
BLANK = re.compile(rb'"\s*"')
WHOLE_NUMBER = re.compile(rb'"(-?[0-9]{1,19})"')
FLAGS = {b"1": b"true", b"0": b"false", b'"true"': b"true", b'"false"': b"false"}
LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    rb"|\\u([dD][89a-fA-F])[0-9a-fA-F]{2}"
    rb"|\\."
)


def coerced(value: Raw, kind: ColumnType, subfields: tuple[str, ...] = ()) -> Raw:
    """Return a value in the form that `kind` is sent in: a text, a number, a flag, a list of flat objects.

    A number or boolean where text is declared is its text, a blank text elsewhere is unset.
    """
    text = bytes(value)
    if kind in UNTYPED or text == b"null":
        return value
    if kind in TEXTS:
        return value if text[:1] in b'"[{' else Raw(b'"%b"' % text)
    if kind is ColumnType.JSON_LIST:
        return _flat_parts(value, subfields) if text[:1] == b"[" else value
    if BLANK.fullmatch(text):
        return NULL
    if kind is ColumnType.BOOLEAN:
        return Raw(FLAGS.get(text.lower(), text))
    number = WHOLE_NUMBER.fullmatch(text) if kind is ColumnType.ID else None
    return Raw(number[1]) if number else value


def _flat_parts(value: Raw, subfields: tuple[str, ...]) -> Raw:
    """Return a list of objects without nulls, and without what is nested in them: nobody declared that."""
    parts = []
    for part in msgspec.json.decode(value, type=list[Raw]):
        if bytes(part) == b"null":
            continue
        if bytes(part)[:1] != b"{":
            return value
        fields = msgspec.json.decode(part, type=dict[str, Raw])
        parts.append(
            {n: v for n, v in fields.items() if n in subfields and bytes(v)[:1] not in b"[{"}
        )
    return Raw(msgspec.json.encode(parts))


def without_half_characters(body: bytes) -> bytes:
    """Return JSON with U+FFFD for each half of a surrogate pair: a text was cut in the middle of an emoji."""
    return LONE_SURROGATE.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
