"""One document as text and a table of its lines."""

from collections.abc import Container, Iterator
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from cin7_pipeline.console import table_of
from cin7_pipeline.explain.document import Document, Readiness
from cin7_pipeline.explain.kinds import KINDS
from cin7_pipeline.explain.lines import Line
from cin7_pipeline.explain.wording import findings, moment, number, words

CRITERIA = {
    "approved": "is_approved",
    "fully picked": "is_fully_picked",
    "recent": "is_recent",
    "delivery country": "has_delivery_country",
    "dispatch quantity": "has_dispatch_quantity",
}


def show_document(document: Document, read_at: datetime | None) -> Iterator[RenderableType]:
    """One document; `read_at` is when its kind was last read."""
    match = document.match
    yield Text(
        f"{words(match.kind).capitalize()} {match.reference or ''} (id {match.document_id}):"
        f" {_state(document)}",
        style="bold",
    )
    yield Text(f"  found by {match.matched_by}")
    yield from _facts(document, read_at)
    for standing in document.rules_of_all_lines:
        yield Text(f"  every line is {standing.rule}: {standing.says}")
    if not KINDS[match.kind].places:
        yield Text("  No planning table lists this kind; what it moved is in Cin7's stock figures.")
    yield _lines(document) if document.lines else Text("  It has no lines.")
    yield from findings("Looks counted twice", document.doubles)
    yield from findings("Issues", document.issues)
    if document.readiness:
        yield _readiness(document.readiness)


def _state(document: Document) -> str:
    state = document.state or "not in the tables; run `cin7 build`"
    return f"{state}, gone from Cin7" if document.is_gone else state


def _facts(document: Document, read_at: datetime | None) -> Iterator[Text]:
    dates = [f"{words(name[:-3])} {moment(value)}" for name, value in document.dates.items()]
    if dates:
        yield Text(f"  {', '.join(dates)}")
    for branch in document.branches:
        name = (
            f"{branch.branch_id} ({branch.name or 'not in Cin7'})" if branch.branch_id else "none"
        )
        yield Text(f"  {f'{branch.role} branch'.strip()} {name} → warehouse {branch.warehouse}")
    if channel := document.channel:
        left_out = ", left out of sales" if channel.is_included is False else ""
        yield Text(f"  channel {channel.name}{left_out} ({channel.rule})")
    if document.version_read_at:
        version = moment(document.version_read_at)
        yield Text(f"  this version was read {version} UTC, its kind last {moment(read_at)} UTC")


def _lines(document: Document) -> RenderableType:
    rules = {standing.rule for standing in document.rules_of_all_lines}
    rows = [row for line in document.lines for row in _line(line, rules)]
    names = ["line", "code", "ordered", "size", "stands in", "units", "as"]
    return table_of("", names, rows)


def _line(line: Line, told: Container[str | None]) -> Iterator[tuple[Any, ...]]:
    """A row for each place where the line stands, but for the rules that are told of all lines."""
    head: tuple[Any, ...] = (str(line.line_id), line.code, number(line.quantity))
    if not line.standings:
        yield (*head, None, "no table", None, None)
    for standing in line.standings:
        is_alone = all(s.rule in told for s in line.standings if s.size == standing.size)
        if standing.rule in told and not is_alone:
            continue
        what = f"{standing.rule}: {standing.says}" if standing.rule else standing.says
        what = str(standing.rule) if standing.rule in told else what
        yield (*head, standing.size or None, standing.table, number(standing.quantity), what)
        head = (None, None, None)


def _readiness(found: Readiness) -> Text:
    told = [
        f"{name} {'yes' if getattr(found, field) else 'NO'}" for name, field in CRITERIA.items()
    ]
    verdict = "ready" if found.is_ready else "not ready"
    return Text(f"  ShipStation's five criteria: {verdict} ({', '.join(told)})")
