"""Where one document stands: its state and dates, what was decided about it, and its lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cin7_pipeline.explain.channel import Channel, channel_of
from cin7_pipeline.explain.facts import one_row, read_facts
from cin7_pipeline.explain.findings import SOLD_TWICE, Issue, later_doubles, read_issues
from cin7_pipeline.explain.kinds import KINDS
from cin7_pipeline.explain.lines import Line, Standing, read_lines
from cin7_pipeline.explain.question import DocumentMatch
from cin7_pipeline.explain.source import Source
from cin7_pipeline.settings import UNMAPPED

BRANCHES = {"branch_id": "", "source_branch_id": "from", "destination_branch_id": "to"}
DATES = (
    "created_on",
    "modified_at",
    "approved_on",
    "due_on",
    "etd_on",
    "eta_on",
    "invoiced_on",
    "dispatched_on",
    "received_on",
    "credited_on",
    "completed_on",
    "cancelled_on",
)
# What an exclusion tells about the state of a document whose columns are out of reach.
STATES = {"void": "void", "draft": "draft", "undispatched": "approved", "not_completed": "approved"}


@dataclass(frozen=True)
class Branch:
    """A branch of a document and its warehouse; `role` is from or to on a transfer.

    A document without a branch has one whose `branch_id` is None.
    """

    role: str
    branch_id: int | None
    name: str | None
    warehouse: str


@dataclass(frozen=True)
class Readiness:
    """The five criteria by which an open order is taken over for shipping."""

    is_approved: bool
    is_fully_picked: bool
    is_recent: bool
    has_delivery_country: bool
    has_dispatch_quantity: bool
    is_ready: bool
    missing: str | None


@dataclass(frozen=True)
class Document:
    """A document as it was last read, and what the tables make of it.

    `state` is None where it was read after the tables were built; `is_gone` is None where the
    published file does not tell. Dates are local days, moments UTC. `doubles` are sales that look
    counted twice, this one among them.
    """

    match: DocumentMatch
    state: str | None
    is_gone: bool | None
    version_read_at: datetime | None
    dates: dict[str, date | datetime]
    branches: tuple[Branch, ...]
    channel: Channel | None
    lines: tuple[Line, ...]
    issues: tuple[Issue, ...]
    doubles: tuple[Issue, ...]
    readiness: Readiness | None

    @property
    def rules_of_all_lines(self) -> tuple[Standing, ...]:
        """The rules that keep out every line and size, one standing for each."""
        rows = {(line.line_id, s.size) for line in self.lines for s in line.standings}
        found: dict[str, list[Standing]] = {}
        for line in self.lines:
            for standing in line.standings:
                if standing.rule:
                    found.setdefault(standing.rule, []).append(standing)
        return tuple(same[0] for same in found.values() if len(same) == len(rows))


def explain_document(source: Source, match: DocumentMatch) -> Document:
    """Everything known of the document."""
    kind = KINDS[match.kind]
    facts = read_facts(source, kind, match.document_id)
    lines = read_lines(source, kind, match.document_id)
    standings = [standing for line in lines for standing in line.standings]
    rules = {standing.rule for standing in standings}
    issues = read_issues(source, kind.name, match.document_id)
    return Document(
        match=match,
        state=facts.get("state") or (_state_of_tables(standings) if source.is_published else None),
        is_gone=facts["deleted_at"] is not None
        if "deleted_at" in facts
        else "gone" in rules or None,
        version_read_at=facts.get("read_at"),
        dates={name: facts[name] for name in DATES if facts.get(name)},
        branches=tuple(_branches(source, facts)),
        channel=channel_of(source, match, facts),
        lines=lines,
        issues=tuple(issue for issue in issues if issue.issue != SOLD_TWICE),
        doubles=_doubles(source, match, issues, standings),
        readiness=_readiness(source, match),
    )


def _state_of_tables(standings: Iterable[Standing]) -> str | None:
    """The state of a sale or return as the published tables tell it."""
    tables = {standing.table for standing in standings}
    if "sales_lines" in tables:
        return "dispatched"
    if "return_lines" in tables:
        return "completed"
    found = [STATES[s.rule] for s in standings if s.rule in STATES]
    return found[0] if found else None


def _branches(source: Source, facts: Mapping[str, Any]) -> Iterable[Branch]:
    for column, role in BRANCHES.items():
        if column not in facts:
            continue
        branch_id = facts[column]
        known = one_row(source, "planning.branch_warehouses", "branch_id", branch_id)
        yield Branch(role, branch_id, known.get("branch_name"), known.get("warehouse", UNMAPPED))


def _doubles(
    source: Source, match: DocumentMatch, issues: Iterable[Issue], standings: Iterable[Standing]
) -> tuple[Issue, ...]:
    """What is found about this order as the later of two sales, and as the earlier one."""
    own = tuple(issue for issue in issues if issue.issue == SOLD_TWICE)
    if not any(standing.table == "sales_lines" for standing in standings):
        return own
    name = match.reference or str(match.document_id)
    return own + later_doubles(source, name, match.document_id)


def _readiness(source: Source, match: DocumentMatch) -> Readiness | None:
    if match.kind != "sales_order":
        return None
    found = source.facts(
        Readiness, "planning.order_readiness", "where sales_order_id = ?", [match.document_id]
    )
    return found[0] if found else None
