"""What the tables about the syncs themselves show: how much is known, and which days were read."""

from collections.abc import Sequence
from datetime import date, datetime

from tests.expected.measures import Row, naive_utc
from tests.expected.reading import Known, Read

DOCUMENTS = (
    "sales_orders",
    "purchase_orders",
    "branch_transfers",
    "credit_notes",
    "adjustments",
    "production_jobs",
)


def sync_status(known: Known) -> list[Row]:
    """One row per endpoint; counts of calls and changes are the sync's own and not given here."""
    books = known.books
    counts = {
        "sales_orders": len(list(known.sales_orders.existing())),
        "purchase_orders": len(list(known.purchase_orders.existing())),
        "branch_transfers": len(list(known.branch_transfers.existing())),
        "credit_notes": len(list(known.credit_notes.existing())),
        "adjustments": len(list(known.adjustments.existing())),
        "production_jobs": len(list(known.production_jobs.existing())),
        "products": len(books.products),
        "product_options": len(books.options),
        "contacts": len(books.contacts),
        "branches": len(books.branches),
        "stock": len(books.stock),
        "bom_masters": len(books.bom_masters),
    }
    as_of = naive_utc(known.reads[-1].moment)
    return [
        {"entity": entity, "row_count": count, "data_as_of_at": as_of}
        for entity, count in counts.items()
    ]


def newest_reads(reads: Sequence[Read], entity: str) -> dict[date, datetime]:
    """Per UTC day the moment of the newest read of that endpoint whose window touched it."""
    return {
        day: read.moment
        for read in sorted(reads, key=lambda read: (read.number, read.moment))
        if read.is_sealed and read.brings(entity)
        for day in read.window.dates(read.moment)
    }


def sync_coverage(reads: Sequence[Read]) -> list[Row]:
    """Per kind of document and UTC day: when it was read last."""
    return [
        {"entity": entity, "day_on": day, "read_at": naive_utc(moment)}
        for entity in DOCUMENTS
        for day, moment in sorted(newest_reads(reads, entity).items())
    ]
