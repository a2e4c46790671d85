"""What is wrong with documents' lines, branches, SKUs and transfers, for the table `data_issues`."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import timedelta

from cin7_pipeline.sandbox.ledger import Document, SalesOrder
from tests.expected.entries import Entry
from tests.expected.issue_rows import issue, issues
from tests.expected.items import Items, sku_of
from tests.expected.measures import Calendar, Row
from tests.expected.reading import Known
from tests.expected.sales import Sale
from tests.expected.transfers import Movement
from tests.expected.warehouses import Warehouses

TRANSFERS_TAKE = timedelta(days=60)


def description_only_lines(entries: Iterable[Entry[Document]]) -> list[Row]:
    """Lines of documents that still exist, where at least one part has no item."""
    lines = {
        (entry.kind, entry.document.id, entry.line_id)
        for entry in entries
        if entry.part.item is None and not entry.is_gone
    }
    return [issue("description_only_line", "warning", *line) for line in sorted(lines)]


def branch_issues(known: Known, warehouses: Warehouses) -> list[Row]:
    """Branches that belong to no warehouse, and settings for branches that do not exist."""
    unknown = {id_ for id_ in _used_branches(known) if warehouses.is_unknown(id_)}
    unmapped = unknown.union(warehouses.unmapped_branches)
    return [
        *issues("branch_unmapped", "error", "branch", unmapped),
        *issues(
            "warehouse_setting_without_branch", "warning", "branch", warehouses.set_without_branch
        ),
    ]


def _used_branches(known: Known) -> set[int]:
    transfers = list(known.branch_transfers.existing())
    return {
        *(order.branch_id for order in known.sales_orders.existing()),
        *(order.branch_id for order in known.purchase_orders.existing()),
        *(note.branch_id for note in known.credit_notes.existing()),
        *(transfer.source_branch_id for transfer in transfers),
        *(transfer.destination_branch_id for transfer in transfers),
        *(row.branch_id for row in known.books.stock),
    }


def duplicate_skus(items: Items) -> list[Row]:
    """Options that share their SKU with another item."""
    counts = Counter(sku_of(option) for option in items.all)
    options = (o.id for o in items.all if sku_of(o) and counts[sku_of(o)] > 1)
    return issues("duplicate_sku", "warning", "product_option", options)


def near_twins(items: Items) -> list[Row]:
    """Options whose SKU differs from another item's only in blanks or case."""
    spellings: dict[str, set[str]] = defaultdict(set)
    for option in items.all:
        spellings[_folded(sku_of(option))].add(sku_of(option))
    twins = (o.id for o in items.all if len(spellings[_folded(sku_of(o))]) > 1)
    return issues("sku_near_twin", "warning", "product_option", twins)


def _folded(sku: str) -> str:
    return " ".join(sku.split()).casefold()


def stuck_transfers(movements: Iterable[Movement], calendar: Calendar) -> list[Row]:
    """Transfers that left long ago and have not arrived."""
    since = calendar.today - TRANSFERS_TAKE
    stuck = (
        entry.document.id
        for entry in movements
        if entry.is_included
        and entry.state == "Active"
        and entry.open_quantity > 0
        and entry.document.dispatched_at
        and calendar.on(entry.document.dispatched_at) < since
    )
    return issues("transfer_stuck", "warning", "transfer", stuck)


def dispatched_without_shipping(entries: Iterable[Sale]) -> list[Row]:
    """Orders that claim to be dispatched although no line of theirs was shipped."""
    orders = (
        entry.document.id
        for entry in entries
        if not entry.is_gone
        and _claims_dispatch(entry.document)
        and not entry.part.rules
        and entry.part.line.quantity > 0
    )
    return issues("dispatched_nothing_shipped", "warning", "sales_order", orders)


def _claims_dispatch(order: SalesOrder) -> bool:
    is_dispatched = order.is_approved and not order.is_void and order.dispatched_at is not None
    return is_dispatched and not any(line.done > 0 for line in order.lines)
