"""This module makes the tables `sync_status` and `sync_coverage`: how much is known, and what was read."""

from collections.abc import Sequence
from datetime import date, datetime

from tests.expected.known_documents import IS_OPEN, Known, Read
from tests.expected.values import Row, naive_utc

REFERENCE_DATA = ("products", "product_options", "contacts", "branches", "stock", "bom_masters")


def sync_status(known: Known, reads: Sequence[Read]) -> list[Row]:
    """Return one row per endpoint; counts of calls and changes are the load's own and not given here."""
    counts = {entity: len(list(each.existing())) for entity, each in known.documents.items()}
    for entity in REFERENCE_DATA:
        name = "options" if entity == "product_options" else entity
        counts[entity] = len(getattr(known.ledger, name))
    as_of = naive_utc(reads[-1].started_at)
    return [
        {"entity": entity, "row_count": count, "data_as_of_at": as_of, "rejected_count": 0}
        for entity, count in counts.items()
    ]


def newest_reads(reads: Sequence[Read], entity: str) -> dict[date, datetime]:
    """Return, by UTC day, when the newest read of that endpoint began whose window touched the day."""
    return {
        day: read.started_at
        for read in sorted(reads, key=lambda read: (read.number, read.started_at))
        if read.is_committed and read.includes(entity)
        for day in read.window.dates(read.started_at)
    }


def sync_coverage(reads: Sequence[Read]) -> list[Row]:
    """Return, by endpoint of documents and UTC day, when it was read last."""
    return [
        {"entity": entity, "day_on": day, "read_at": naive_utc(read_at)}
        for entity in IS_OPEN
        for day, read_at in newest_reads(reads, entity).items()
    ]
