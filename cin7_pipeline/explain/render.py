"""This module prints an explanation as text and tables for a terminal; it decides nothing."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cin7_pipeline.console import table_of
from cin7_pipeline.explain.document import Document
from cin7_pipeline.explain.item import SHOWN, STOCK, Item
from cin7_pipeline.explain.lookup import Explanation
from cin7_pipeline.explain.sentence import of_document, of_item
from cin7_pipeline.explain.source import Row
from cin7_pipeline.text import exact, written

# ShipStation's criteria for an open order, by the column that answers each.
CRITERIA = {
    "approved": "is_approved",
    "fully picked": "is_fully_picked",
    "recent": "is_recent",
    "delivery country": "has_delivery_country",
    "dispatch quantity": "has_dispatch_quantity",
}


def render(explanation: Explanation, *, is_full: bool = False) -> RenderableType:
    """Return the explanation, documents first, or what was searched where nothing was found.

    Where it is full, a line has a row for each table and rule.
    """
    read_at = {row["entity"]: row["last_read_at"] for row in explanation.searched}
    parts: list[RenderableType] = []
    for document in explanation.documents:
        parts += [Text(), *_document(document, read_at.get(document.kind.entity), is_full)]
    for item in explanation.items:
        parts += [Text(), *_item(item, explanation.asked)]
    if explanation.near_matches:
        names = ", ".join(
            f"'{item['sku']}' (option {item['product_option_id']})"
            for item in explanation.near_matches
        )
        parts += [Text(), Text(f"Other items differ in case or spaces only: {names}")]
    if explanation.parts:
        title = f"'{explanation.asked}' is a part of, or names (the first {len(explanation.parts)})"
        parts += [Text(), _table(title, explanation.parts)]
    if explanation.unmatched_lines:
        title = "Newest lines with such a code that are no item; each counts nowhere until linked"
        parts += [Text(), _table(title, explanation.unmatched_lines)]
    if not explanation.is_found:
        nothing = (
            f"Nothing is called '{explanation.asked}': no reference, document id, customer order"
            " number, SKU, style code, barcode, name or supplier."
        )
        parts.append(Text(nothing, style="bold"))
        if explanation.alike:
            parts += [_table("Did you mean", explanation.alike), Text()]
        parts += [
            _table("Searched", explanation.searched),
            Text(explanation.advice or ""),
        ]
    return Group(*parts)


def _document(
    document: Document, read_at: datetime | None, is_full: bool
) -> Iterator[RenderableType]:
    """Yield one document, a plain sentence first; `read_at` is when its kind was last read."""
    match = document.match
    sentence, cure = of_document(document)
    yield Text(sentence, style="bold")
    if cure:
        yield Text(cure, style="bold")
    deleted = ", deleted in Cin7" if match["deleted_at"] else ""
    title = f"{_words(match['document_kind']).capitalize()} {match['order_number'] or ''}"
    yield Text(f"{title} (id {match['document_id']}): {match['state']}{deleted}")
    yield Text(f"  found by {match['matched_by']}")
    if document.dates:
        dates = (f"{_words(name[:-3])} {_zoned(at)}" for name, at in document.dates.items())
        yield Text(f"  {', '.join(dates)} (days of the account's own time zone)")
    for branch in document.branches:
        name = "none"
        if branch["branch_id"]:
            name = f"{branch['branch_id']} ({branch['branch_name'] or 'not in Cin7'})"
        role = f"{branch['role']} branch".strip()
        yield Text(f"  {role} {name} → warehouse {branch['warehouse']}")
    if match["channel"] is not None:
        excluded = "" if match["is_included"] else ", left out of sales"
        yield Text(f"  channel {match['channel']}{excluded} ({document.channel_rule})")
    yield Text(
        f"  this version was read {_zoned(match['read_at'])}, its kind last {_zoned(read_at)}"
    )
    for rule, meaning in document.rules_of_all_lines.items():
        yield Text(f"  every line is {rule}: {meaning}")
    if not document.kind.placements:
        yield Text("  No planning table lists this kind; what it moved is in Cin7's stock figures.")
    names = ["line", "code", "ordered", "size", "stands in", "units", "as"]
    rows = list(_lines(document) if is_full else _folded(document))
    for name, value in _same_of_all(names, rows).items():
        yield Text(f"  every line {'is' if name == 'as' else name} {value}")
        place = names.index(name)
        names, rows = _without(names, place), [_without(row, place) for row in rows]
    yield table_of("", names, rows) if rows else Text("  It has no lines.")
    yield from _issues("Looks counted twice", document.double_sales)
    yield from _issues("Issues", document.issues)
    if ready := document.readiness:
        answers = (f"{name} {'yes' if ready[key] else 'NO'}" for name, key in CRITERIA.items())
        verdict = "ready" if ready["is_ready"] else "not ready"
        yield Text(f"  ShipStation's five criteria: {verdict} ({', '.join(answers)})")


def _lines(document: Document) -> Iterator[list[Any]]:
    """Yield a row for each table or rule of a line, but for rules that are shown once for all lines."""
    of_all = document.rules_of_all_lines
    shown = {(row["line_id"], row["size"]) for row in document.lines if row["rule"] not in of_all}
    line_id = None
    head: list[Any]
    for row in document.lines:
        if row["rule"] in of_all and (row["line_id"], row["size"]) in shown:
            continue
        head = [str(row["line_id"]), row["code"], row["ordered"]]
        if row["line_id"] == line_id:
            head = [None, None, None]
        line_id = row["line_id"]
        meaning = row["meaning"]
        if row["rule"]:
            meaning = row["rule"] if row["rule"] in of_all else f"{row['rule']}: {meaning}"
        cells = [*head, row["size"] or None, row["table"] or "no table", row["units"], meaning]
        yield cells


def _same_of_all(names: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    """Return what several lines have in common: the table they stand in, and all that is said of them."""
    found = {}
    for name in ("stands in", "as"):
        values = {row[names.index(name)] for row in rows}
        if len(rows) > 1 and len(values) == 1 and (value := values.pop()):
            found[name] = value
    return found


def _without(row: Sequence[Any], place: int) -> list[Any]:
    return [*row[:place], *row[place + 1 :]]


def _folded(document: Document) -> Iterator[list[Any]]:
    """Yield a row for each line: the first table it stands in, and all that is said of it.

    Of its sizes, those that stand in the same table, and of which the same is said, are added up.
    """
    for _, lines in groupby(document.lines, key=itemgetter("line_id")):
        alike: dict[tuple[str, str], list[Row]] = {}
        for _, group in groupby(lines, key=itemgetter("size")):
            rows = list(group)
            place = rows[0]["table"] or "no table"
            alike.setdefault((place, _said(document, rows)), []).append(rows[0])
        for (place, said), firsts in alike.items():
            first = firsts[0]
            units = [row["units"] for row in firsts if row["units"] is not None]
            sizes = ", ".join(row["size"] for row in firsts if row["size"])
            yield [
                *(str(first["line_id"]), first["code"], first["ordered"], sizes or None),
                *(place, sum(units) if units else None, said),
            ]


def _said(document: Document, rows: Sequence[Row]) -> str:
    """Return all that is said of a size of a line, each once."""
    of_all = document.rules_of_all_lines
    said = (
        row["rule"] if row["rule"] in of_all else row["meaning"] for row in rows if row["meaning"]
    )
    return "; ".join(dict.fromkeys(said))


def _item(item: Item, asked: str) -> Iterator[RenderableType]:
    """Yield one item; `asked` is what was looked for."""
    match, product = item.match, item.product
    size = f", size {match['size']}" if match["size"] else ""
    yield Text(of_item(item), style="bold")
    yield Text(f"Item '{match['sku']}' (option {match['product_option_id']}{size})")
    if match["is_near_match"]:
        yield Text(f"  differs from '{asked}' in case or spaces: SKUs match only when equal")
    if product:
        kind = ", a kit" if product["is_kit"] else ""
        if not product["is_stocked"]:
            kind += ", not kept in stock, so neither forecast nor projected"
        status = f"{product['product_status'] or '?'}/{product['option_status'] or '?'} in Cin7"
        created = f"created {_zoned(product['created_on'])}"
        yield Text(f"  {product['name'] or ''}{kind}, {status}, {created}")
    else:
        yield Text("  deleted in Cin7; only its history is kept")
    for title, rows in (item.tables | item.evidence).items():
        if rows:
            limited = f", the first {SHOWN}" if len(rows) == SHOWN else ""
            total = [_total(rows)] if title == STOCK and len(rows) > 1 else []
            yield _table(f"{title}{limited}", [*rows, *total])
    for title, rows in item.numbers.items():
        yield _table(title, [{name: exact(value) for name, value in row.items()} for row in rows])
    yield from _issues("Issues", item.issues)


def _total(rows: list[Row]) -> Row:
    """Return the row below the last one: the sums of all numbers."""
    first, *others = rows[0]
    sums = {
        name: sum(row[name] for row in rows)
        for name in others
        if all(isinstance(row[name], int | Decimal) for row in rows)
    }
    return {first: "together", **dict.fromkeys(others), **sums}


def _issues(title: str, issues: Iterable[Row]) -> Iterator[RenderableType]:
    """Yield each issue with what to do about it, under a title; nothing where there is none."""
    found = list(issues)
    if found:
        yield Text(f"{title}:", style="bold")
    for issue in found:
        line = f" (line {issue['line_id']})" if issue["line_id"] else ""
        text = "{severity} {issue}{line}: {detail}. {suggestion}".format(**issue | {"line": line})
        yield Padding(Text(text), (0, 0, 0, 2))


def _table(title: str, rows: list[Row]) -> RenderableType:
    """Return the rows as a table whose headings are the names of their columns."""
    names = [_words(name) for name in rows[0]] if rows else []
    return table_of(title, names, [list(row.values()) for row in rows])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _zoned(value: date | datetime | None) -> str:
    return f"{written(value)} UTC" if isinstance(value, datetime) else written(value) or "never"
