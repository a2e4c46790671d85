"""This module says in one plain sentence where a document or an item stands, and what would change it."""

from collections.abc import Iterable
from decimal import Decimal

from cin7_pipeline.explain.document import Document
from cin7_pipeline.explain.item import STOCK, Item
from cin7_pipeline.explain.source import Row
from cin7_pipeline.settings import DEFAULT_CHANNEL_RULES
from cin7_pipeline.text import exact

# What is said of a document all of whose lines a rule leaves out, and the cure; the first that applies.
RULES: dict[str, tuple[str, str | None]] = {
    "gone": ("is deleted in Cin7: nothing of it counts", None),
    "void": ("is void{cancelled}: its {units} units do not count", None),
    "draft": ("is a draft: its {units} units do not count", "Approve it in Cin7."),
    "channel_excluded": (
        "does not count as a sale: it comes from {channel}, which the settings leave out",
        "To count it, {channel_cure}",
    ),
    "customer_group_excluded": (
        "does not count: the settings leave out the customer's group",
        "To count it, take the group out of data/settings/customer_groups.csv.",
    ),
    "warehouse_disabled": (
        "does not count: the settings leave out its warehouse",
        "To count it, set is_enabled to yes in the branch's row of data/settings/warehouses.csv.",
    ),
    "not_completed": (
        "is not completed: nothing has come back yet",
        "Complete it in Cin7 when it has.",
    ),
}
# Why planning does not count supply, and the cure.
SUPPLY_CURES = {
    "overdue too long": "Ask for a new date and enter it as ETA in Cin7.",
    "warehouse unmapped": "Add its branch to data/settings/warehouses.csv.",
    "warehouse disabled": "Set is_enabled to yes in its row of data/settings/warehouses.csv.",
    "not kept in stock": "Take the item out of data/settings/not_stocked.csv if it is.",
}
SHIPPED = (
    "is shipped, but has no day of dispatch: its {units} units are neither sold nor open",
    "Enter the day of dispatch in Cin7, then run `cin7 sync`.",
)


def of_document(document: Document) -> tuple[str, str | None]:
    """Return the sentence about a document, and the cure where there is one."""
    match = document.match
    rules = ["gone"] if match["deleted_at"] else document.rules_of_all_lines
    told = next((told for rule, told in RULES.items() if rule in rules), None) or _of_kind(document)
    cancelled = match["cancelled_on"]
    words = {
        "cancelled": f" (cancelled {cancelled})" if cancelled else "",
        "units": _units({row["line_id"]: row for row in document.lines}.values(), "ordered"),
        "channel": match["channel"] or "a channel",
        "channel_cure": _channel_cure(match),
    }
    name, sentence = match["order_number"] or match["document_id"], _filled(told[0], words)
    return f"{name} {sentence}.", told[1] and _filled(told[1], words)


def _filled(text: str, words: dict[str, str]) -> str:
    """Return the text with its words in place; a brace in a name of the account is only a brace."""
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return text


def of_item(item: Item) -> str:
    """Return the sentence about an item: what is there, reserved and coming, and when it runs out."""
    name = f"{item.match['sku']}"
    if not item.product:
        return f"{name} is deleted in Cin7."
    stock = item.tables.get(STOCK, [])
    if not stock:
        return f"{name} has no stock and nothing on its way."
    coming = _units(item.tables.get("On its way", []), "open")
    parts = f"{_units(stock, 'on_hand')} on hand, {_units(stock, 'open_sales')} of them ordered"
    demand = item.tables.get("Expected demand", [])
    ends = sorted(
        (row["runs out on"], row["warehouse"])
        for row in demand
        if row["units a day"]
        and row["warehouse"] != "unmapped"  # documents without a branch, not a shelf
        and not row["runs out on"].startswith("not by")
    )
    end = f"; first runs out on {ends[0][0]} at {ends[0][1]}" if ends else ""
    return f"{name} has {parts}, {coming} on their way{end}."


def _of_kind(document: Document) -> tuple[str, str | None]:
    kind = document.match["document_kind"]
    if kind in ("purchase_order", "transfer"):
        return _of_supply(document)
    if kind == "sales_order":
        return _of_sale(document)
    if kind == "credit_note":
        return _counted(_rows(document, "return_lines")) or _of_nothing(document)
    return "moved stock: no planning table lists it, what it moved is in Cin7's stock figures", None


def _of_sale(document: Document) -> tuple[str, str | None]:
    if counted := _counted(_rows(document, "sales_lines")):
        return counted
    if rows := _rows(document, "open_sales_lines"):
        return f"is open: {_units(rows, 'units')} units are {rows[0]['meaning']}", None
    if "undispatched" in document.rules_of_all_lines:
        return SHIPPED
    return _of_nothing(document)


def _of_supply(document: Document) -> tuple[str, str | None]:
    state, cancelled = document.match["state"], "{cancelled}"
    if state == "Archived":
        return f"is void{cancelled}: its {{units}} units are not expected", None
    if state == "Draft":
        cure = (
            "Dispatch it in Cin7." if document.match["source_branch_id"] else "Approve it in Cin7."
        )
        return "is a draft: its {units} units are not expected yet", cure
    if state == "Delivered":
        day = document.match["received_on"]
        return f"was received{f' on {day}' if day else ''}: nothing of it is still to come", None
    rows = [row for row in _rows(document, "replenishments") if row["units"]]
    if not rows:
        return _of_nothing(document)
    first = min(rows, key=lambda row: not row["meaning"].startswith("counted"))
    cures = (cure for why, cure in SUPPLY_CURES.items() if why in first["meaning"])
    return f"is on its way: {_units(rows, 'units')} units, {first['meaning']}", next(cures, None)


def _of_nothing(document: Document) -> tuple[str, str | None]:
    if not document.lines:
        return "has no lines", None
    meaning = next(
        (row["meaning"] for row in document.lines if row["meaning"]), "no table has them"
    )
    return f"counts nowhere: {meaning}", None


def _counted(rows: list[Row]) -> tuple[str, None] | None:
    return (f"counts: {_units(rows, 'units')} units {rows[0]['meaning']}", None) if rows else None


def _channel_cure(match: Row) -> str:
    """Return which row of the settings would let the channel count."""
    if match["rule_priority"] == DEFAULT_CHANNEL_RULES.priority:
        row = f"1,{match['rule_field']},{match['rule_pattern']},{match['channel']},yes"
        return f"add this row to data/settings/channels.csv: {row}"
    return (
        f"set is_included to yes in the row {match['rule_priority']} of data/settings/channels.csv"
    )


def _rows(document: Document, table: str) -> list[Row]:
    return [row for row in document.lines if row["table"] == table]


def _units(rows: Iterable[Row], column: str) -> str:
    return exact(sum((row[column] or 0 for row in rows), Decimal(0)))
