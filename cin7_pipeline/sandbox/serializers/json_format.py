"""This module writes single values as Cin7 does: dates, numbers, sizes, people, addresses, unset fields.

People and addresses are invented and easy to recognise, so that tests can prove that none of them
ever reaches a table.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from cin7_pipeline.sandbox.ledger import Contact, SizeQuantity

Record = dict[str, Any]

STREET = "Invented Street"
PHONE_STEM = "0491 570"
SYMBOLS = {"AUD": "$", "USD": "US$"}


def stamp(timestamp: datetime | None) -> str | None:
    """Return a time as Cin7 writes it: UTC, whole seconds, `Z`; null when unset."""
    return None if timestamp is None else timestamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fields_of(fact: object, names: str) -> Record:
    """Return attributes of a fact as Cin7 writes them: `code sub_category estimatedDate=eta_at`.

    An attribute without a name for it is written in camelCase.
    """
    record = {}
    for name, attribute in _names(names):
        value = getattr(fact, attribute)
        if isinstance(value, Decimal):
            value = float(value)
        elif isinstance(value, datetime):
            value = stamp(value)
        record[name] = value
    return record


@cache
def _names(names: str) -> list[tuple[str, str]]:
    pairs = (each.rpartition("=") for each in names.split())
    camel_case = partial(re.sub, "_(.)", lambda match: match[1].upper())
    return [(name or camel_case(attribute), attribute) for name, _, attribute in pairs]


def dated(fact: object) -> Record:
    """Return the three fields that nearly every record begins with."""
    return fields_of(fact, "id createdDate=created_at modifiedDate=modified_at")


def unset(*, null: str = "", text: str = "", zero: str = "", number: str = "") -> Record:
    """Return the named fields as they are when nobody filled them in: null, '', 0 or 0.0."""
    return (
        dict.fromkeys(null.split())
        | dict.fromkeys(text.split(), "")
        | dict.fromkeys(zero.split(), 0)
        | dict.fromkeys(number.split(), 0.0)
    )


def size_codes(sizes: Iterable[SizeQuantity], barcodes: dict[str, str]) -> str:
    """Return the packed text of a line's sizes, one per row: `Qty|Size|Code|Barcode`."""
    return "\n".join(
        f"{size.quantity.normalize():f}|{size.name}|{size.code}|{barcodes.get(size.name, '')}"
        for size in sizes
    )


def sizes(sizes: Iterable[SizeQuantity], barcodes: dict[str, str]) -> list[Record]:
    """Return a line's sizes as objects, as sales orders and transfers have them."""
    return [
        {
            **fields_of(size, "name code"),
            "barcode": barcodes.get(size.name, ""),
            "qty": float(size.quantity),
        }
        for size in sizes
    ]


def size_words(sizes: Iterable[SizeQuantity]) -> str:
    """Return what a person reads on a sized line: `2 x M`, one per row."""
    return "\n".join(f"{size.quantity.normalize():f} x {size.name}" for size in sizes)


def name_of(contact: Contact | None) -> Record:
    """Return first and last name, both '' where nobody is known."""
    first, _, last = (contact.person if contact else "").partition(" ")
    return {"firstName": first, "lastName": last}


def phone(id: int) -> str:
    """Return a number from the range that is kept for invented people."""
    return f"{PHONE_STEM} {id % 1000:03d}"


def street(id: int) -> str:
    """Return an address that is nowhere."""
    return f"{id % 300 + 1} {STREET}"


def address(prefix: str, id: int, country: str | None, names: Record, company: str) -> Record:
    """Return a delivery or billing block; its keys start with `prefix`."""
    city, state, code = ("Brisbane", "QLD", "4000") if id % 2 else ("Melbourne", "VIC", "3000")
    block = {
        "FirstName": names["firstName"],
        "LastName": names["lastName"],
        "Company": company or None,
        "Address1": street(id),
        "Address2": "",
        "City": city,
        "State": state,
        "PostalCode": code,
        "Country": country,
    }
    return {f"{prefix}{name}": value for name, value in block.items()}
