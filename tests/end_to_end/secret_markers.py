"""This module defines secret markers: credentials and people, put wherever Cin7 could send one."""

import base64
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

from cin7_pipeline.omni.endpoint import Column, ColumnType
from cin7_pipeline.omni.endpoints import ENDPOINTS
from tests.unit.load.fake_account import Company

USERNAME = "MarkedTradersAU"
API_KEY = "8d1f/marked+key&4e7a"
TOKEN = base64.b64encode(f"{USERNAME}:{API_KEY}".encode()).decode()
EMAIL = "zoe@quillfeather.example"
PHONE = "+61 499 123 987"
ADDRESS = "17 Larkspur Row"
PERSON = ("Zoë", "Quillfeather", "zoe@", PHONE, "499 123 987", "0499123987", ADDRESS)
CREDENTIALS = (USERNAME, API_KEY, TOKEN)
NOTE = f'Ask "Zoë Quillfeather" ({EMAIL}, {PHONE} or 0499123987) at {ADDRESS}'

# Every field that Cin7 sends, by resource and by the list inside a record.
FIELDS = json.loads(
    (Path(__file__).parents[1] / "sandbox" / "simulation" / "fields.json").read_text("utf-8")
)
# What is stored as it comes, for it is about goods and businesses; whatever else is declared gets a marker.
OF_BUSINESS = """
    status stage type source reference salesReference customerOrderNo projectName company group subGroup
    branchType priceColumn currencyCode taxStatus deliveryCountry integrationRef adjustmentReason
    styleCode name brand category subCategory stockControl orderType optionLabel1 optionLabel2
    optionLabel3 salesAccount purchasesAccount size sizeCodes code barcode productOptionCode
    productOptionSizeCode supplierCode option1 option2 option3
"""
OF_PARTS = """
    id productId productOptionId type sort code name barcode qty standardQty actualQty unitCost
    quantity supplierCode
"""
BY_NAME = {"email": EMAIL, "phone": PHONE, "mobile": PHONE, "fax": PHONE, "address": ADDRESS}


def spellings() -> dict[bytes, str]:
    """Return every way a marker could be written in a file, in lower case, with the marker."""
    found: dict[bytes, str] = {}
    for mark in (*PERSON, *CREDENTIALS):
        escaped = json.dumps(mark)[1:-1]
        forms = [
            mark,
            quote(mark, safe=""),
            quote_plus(mark),
            escaped,
            json.dumps(escaped)[1:-1],
            repr(mark.encode())[2:-1],
            mark.encode().hex(),
        ]
        found |= {form.lower().encode(): mark for form in forms}
        found[mark.lower().encode("utf-16-le")] = mark
    return found


def in_base64() -> dict[bytes, str]:
    """Return markers as parts of a longer text that was written in base64, wherever they begin in it."""
    found: dict[bytes, str] = {}
    for mark in (*PERSON, *CREDENTIALS):
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + mark.encode())
            # The first letters depend on what stands before, the last ones on what follows.
            part = whole[-(-shift * 8 // 6) : len(mark.encode()) * 8 // 6 - 1]
            if len(part) >= 8:
                found[part] = mark
    return found


def plant(company: Company) -> int:
    """Put a marker into every field that is not known to be about a business; return how many."""
    return sum(
        _mark_record(record, resource)
        for resource in FIELDS
        for record in company.records_by_resource.get(resource, ())
    )


def _mark_record(record: dict[str, Any], resource: str) -> int:
    endpoint = next(e for e in ENDPOINTS.values() if e.path in (f"v1/{resource}", resource))
    lines, nested = endpoint.lines, FIELDS[resource]["nested"]
    own = [name for name in FIELDS[resource]["fields"] if not lines or name != lines.field]
    count = sum(_mark(record, own, endpoint.columns, nested))
    for line in record.get(lines.field, ()) if lines else ():
        count += sum(_mark(line, [*nested.get(lines.field, ()), "lineComments"], lines.columns, {}))
    return count


def _mark(
    holder: dict[str, Any],
    names: Iterable[str],
    declared: Iterable[Column],
    nested: dict[str, list[str]],
) -> Iterator[int]:
    columns = {column.field: column for column in declared}
    for name in names:
        value = _marked(name, columns.get(name), nested.get(name))
        if value is not None:
            holder[name] = value
            yield 1


def _marked(name: str, column: Column | None, inside: list[str] | None) -> Any:
    """Return the marker for a field; None where it is declared as something else than a person."""
    if column is None:
        return [{each: _text(each) for each in inside}] if inside else _text(name)
    if column.type in (ColumnType.EMAIL_HASH, ColumnType.EMAIL_VALIDITY):
        return EMAIL
    if column.type is ColumnType.CUSTOM_FIELDS:
        return {"unmapped_1000": NOTE}
    if column.type is ColumnType.JSON_LIST:
        unknown = {part: NOTE for part in column.subfields if part not in OF_PARTS.split()}
        return [{"id": 1, "qty": 1, "notes": NOTE, "options": [NOTE], **unknown}]
    is_text = column.type in (ColumnType.TEXT, ColumnType.TEXT_NOT_NULL)
    return _text(name) if is_text and name not in OF_BUSINESS.split() else None


def _text(name: str) -> str:
    """Return a marker that fits the name of a field."""
    return next((text for part, text in BY_NAME.items() if part in name.lower()), NOTE)
