"""How Cin7 spells single values: dates, numbers, sizes, people and addresses.

People and addresses are invented and easy to recognise, so that tests can prove that none of them
ever reaches a table. Source: `cin7-omni-api.md` §4.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Contact, SizeQuantity

Record = dict[str, Any]

STREET = "Invented Street"
PHONE_STEM = "0491 570"
SYMBOLS = {"AUD": "$", "USD": "US$"}


def stamp(moment: datetime | None) -> str | None:
    """A moment as Cin7 writes it: UTC, whole seconds, `Z`; null when unset."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def number(value: Decimal) -> float:
    """A quantity or an amount as a JSON number."""
    return float(value)


def size_codes(sizes: Iterable[SizeQuantity], barcodes: dict[str, str]) -> str:
    """The packed text of a line's sizes, one per row: `Qty|Size|Code|Barcode`."""
    return "\n".join(
        f"{size.quantity.normalize():f}|{size.name}|{size.code}|{barcodes.get(size.name, '')}"
        for size in sizes
    )


def sizes(sizes: Iterable[SizeQuantity], barcodes: dict[str, str]) -> list[Record]:
    """A line's sizes as objects, as sales orders and transfers have them."""
    return [
        {
            "name": size.name,
            "code": size.code,
            "barcode": barcodes.get(size.name, ""),
            "qty": number(size.quantity),
        }
        for size in sizes
    ]


def size_words(sizes: Iterable[SizeQuantity]) -> str:
    """What a person reads on a sized line: `2 x M`, one per row."""
    return "\n".join(f"{size.quantity.normalize():f} x {size.name}" for size in sizes)


def name_of(contact: Contact | None) -> Record:
    """First and last name, both '' where nobody is known."""
    first, _, last = (contact.person if contact else "").partition(" ")
    return {"firstName": first, "lastName": last}


def phone(id: int) -> str:
    """A number from the range that is kept for invented people."""
    return f"{PHONE_STEM} {id % 1000:03d}"


def street(id: int) -> str:
    """An address that is nowhere."""
    return f"{id % 300 + 1} {STREET}"


def address(prefix: str, id: int, country: str | None, names: Record, company: str) -> Record:
    """A delivery or billing block; its keys start with `prefix`."""
    return {
        f"{prefix}FirstName": names["firstName"],
        f"{prefix}LastName": names["lastName"],
        f"{prefix}Company": company or None,
        f"{prefix}Address1": street(id),
        f"{prefix}Address2": "",
        f"{prefix}City": "Brisbane" if id % 2 else "Melbourne",
        f"{prefix}State": "QLD" if id % 2 else "VIC",
        f"{prefix}PostalCode": "4000" if id % 2 else "3000",
        f"{prefix}Country": country,
    }
