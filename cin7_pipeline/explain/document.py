"""This module explains one document: its state and dates, what was decided about it, where its lines are.

It asks the warehouse's own tables where they are built, `raw` alone where they are not yet, and the
planning tables where only a release is within reach.
"""

from dataclasses import dataclass
from datetime import datetime

from cin7_pipeline.explain.document_kinds import DOCUMENT_KINDS, DocumentKind
from cin7_pipeline.explain.source import Row, Source
from cin7_pipeline.settings import DEFAULT_CHANNEL_RULES, UNMAPPED

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
# What tables and rules say about the state of a document whose own columns are out of reach.
STATE_BY_TABLE = {"sales_lines": "dispatched", "return_lines": "completed"}
STATE_BY_RULE = {
    "void": "void",
    "draft": "draft",
    "undispatched": "approved",
    "not_completed": "approved",
}
SOLD_TWICE = "sold_twice"


@dataclass(frozen=True)
class Document:
    """A document as it was last read, and where the tables put it.

    `match` has its kind, id and reference. `state` is None where it was read after the tables were
    built; `is_deleted` is None where a release does not say. Dates are local days, timestamps UTC.
    `lines` has a row per line, size and table (or rule); `double_sales` are sales that look counted
    twice, this one among them.
    """

    match: Row
    state: str | None
    is_deleted: bool | None
    read_at: datetime | None
    dates: Row
    branches: list[Row]
    channel: Row | None
    lines: list[Row]
    issues: list[Row]
    double_sales: list[Row]
    readiness: Row

    @property
    def kind(self) -> DocumentKind:
        """Return the declaration of its kind."""
        return DOCUMENT_KINDS[self.match["kind"]]

    @property
    def rules_of_all_lines(self) -> dict[str, str]:
        """Return the rules that exclude every line and size, with what each says."""
        places = {(row["line_id"], row["size"]) for row in self.lines}
        found: dict[str, list[Row]] = {}
        for row in self.lines:
            if row["rule"]:
                found.setdefault(row["rule"], []).append(row)
        return {
            rule: rows[0]["meaning"] for rule, rows in found.items() if len(rows) == len(places)
        }


def explain_document(source: Source, match: Row) -> Document:
    """Return everything known of the document."""
    kind, document_id = DOCUMENT_KINDS[match["kind"]], match["document_id"]
    columns = _columns(source, kind, document_id)
    lines = _lines(source, kind, document_id)
    rules = {row["rule"] for row in lines}
    issues = find_issues(source, kind.name, document_id)
    own_doubles = [issue for issue in issues if issue["issue"] == SOLD_TWICE]
    return Document(
        match=match,
        state=_state(source, kind, document_id, columns, lines),
        is_deleted=columns["deleted_at"] is not None
        if "deleted_at" in columns
        else "gone" in rules or None,
        read_at=columns.get("read_at"),
        dates={name: columns[name] for name in DATES if columns.get(name)},
        # A document without a branch has a row too.
        branches=[
            {"branch_name": None, "warehouse": UNMAPPED}
            | source.row("planning.branch_warehouses", branch_id=columns[column])
            | {"role": role, "branch_id": columns[column]}
            for column, role in BRANCHES.items()
            if column in columns
        ],
        channel=_channel(source, match, columns),
        lines=lines,
        issues=[issue for issue in issues if issue["issue"] != SOLD_TWICE],
        double_sales=own_doubles + _later_double_sales(source, match, lines),
        readiness=source.row("planning.order_readiness", sales_order_id=document_id)
        if kind.name == "sales_order"
        else {},
    )


def find_issues(source: Source, document_kind: str, document_id: int) -> list[Row]:
    """Return what is wrong with a document or a product option, errors first."""
    if not source.has("planning.data_issues"):
        return []
    query = """
        from planning.data_issues
        where document_kind = ? and document_id = ?
        order by array_position(['error', 'warning', 'info'], severity), issue, line_id
    """
    return source.rows(query, [document_kind, document_id])


def _columns(source: Source, kind: DocumentKind, document_id: int) -> Row:
    """Return the document's own columns from the best table that has it."""
    if source.is_published:
        found = (
            source.row(f"planning.{placement.table}", **{placement.key: document_id})
            for placement in kind.placements
        )
        return next(filter(None, found), {})
    if columns := source.row(f"staging.{kind.entity}", **{kind.key: document_id}):
        return columns
    query = f"""
        select
            timezone('UTC', modified_date) as modified_at,
            timezone('UTC', read_at) as read_at,
            timezone('UTC', deleted_at) as deleted_at
        from raw.{kind.entity}
        where id = ?
    """
    return source.rows(query, [document_id])[0]


def _state(
    source: Source, kind: DocumentKind, document_id: int, columns: Row, lines: list[Row]
) -> str | None:
    """Return the state that the tables decided; None where they are older than the document.

    A release has no table of states: there the tables and rules of the lines show it.
    """
    if source.is_published:
        signs = [columns.get("state")]
        signs += [STATE_BY_TABLE.get(row["table"]) for row in lines]
        signs += [STATE_BY_RULE.get(row["rule"]) for row in lines]
        return next(filter(None, signs), None)
    if kind.key not in columns:
        return None
    if kind.state_table:
        return source.row(kind.state_table, **{kind.key: document_id}).get("state")
    flags = columns
    if kind.placements:
        flags = source.row("core.documents", document_kind=kind.name, document_id=document_id)
    done = "dispatched" if "dispatched_on" in columns else "completed"
    stages = {
        "void": flags.get("is_void"),
        "draft": flags and not flags["is_approved"],
        "approved": flags and not flags["completed_on"],
        done: flags,
    }
    return next((stage for stage, is_true in stages.items() if is_true), None)


def _channel(source: Source, match: Row, columns: Row) -> Row | None:
    """Return the channel and the settings row it comes from; None where it has none, or none yet."""
    if source.is_published:
        name = columns.get("channel")
        rule = "rules are not in the published file"
        return {"channel": name, "is_included": None, "rule": rule} if name else None
    found = source.row(
        "core.document_channels", document_kind=match["kind"], document_id=match["document_id"]
    )
    if not found:
        return None
    if found["rule_priority"] is None:
        origin = "its source" if (columns.get("source") or "").strip() else "it has no source"
        return found | {"rule": f"no rule matches; {origin}"}
    is_built_in = found["rule_priority"] == DEFAULT_CHANNEL_RULES.priority
    place = "built-in rule" if is_built_in else f"channels.csv, priority {found['rule_priority']}"
    return found | {"rule": f"{place}: {found['rule_field']} like '{found['rule_pattern']}'"}


def _lines(source: Source, kind: DocumentKind, document_id: int) -> list[Row]:
    """Return each line as Cin7 has it, once per size and table (or rule) in which it is.

    A line that is in no table has `table` None; one that only the tables know comes last.
    """
    # The first part has no rows: it names and types the columns where no table has been built.
    placements = [
        "select null::varchar as table, null::bigint as line_id, null::varchar as size,"
        " null::varchar as sku, null::decimal(18, 4) as units, null::varchar as meaning,"
        " null::varchar as rule where $id is null"
    ]
    placements += [
        f"select '{placement.table}', line_id, size, sku, {placement.quantity},"
        f" {placement.meaning}, null from planning.{placement.table}"
        f" where {placement.only} and {placement.key} = $id"
        for placement in kind.placements
        if source.has(f"planning.{placement.table}")
    ]
    if source.has("planning.excluded_lines"):
        placements.append(
            "select 'excluded_lines', line_id, size, null, quantity, why, rule"
            f" from planning.excluded_lines where document_kind = '{kind.name}'"
            " and document_id = $id"
        )
    lines = (
        f"select id as line_id, code, {kind.line_quantity} as ordered,"
        " row_number() over (order by sort, id) as position"
        f" from raw.{kind.line_table} where {kind.parent_key} = $id"
    )
    if source.is_published:
        lines = "select 0 as line_id, '' as code, 0 as ordered, 0 as position where false"
    query = f"""
        with lines as ({lines}),
        placements as ({" union all ".join(placements)})
        select
            line_id, coalesce(lines.code, placements.sku) as code, lines.ordered,
            placements.size, placements.table, placements.units, placements.meaning,
            placements.rule
        from lines full join placements using (line_id)
        order by lines.position nulls last, line_id, size, rule nulls first, placements.table
    """
    return source.rows(query, {"id": document_id})


def _later_double_sales(source: Source, match: Row, lines: list[Row]) -> list[Row]:
    """Return later orders that look like this sale again; the issue names this one in its detail."""
    if not any(row["table"] == "sales_lines" for row in lines):
        return []
    query = f"""
        from planning.data_issues
        where issue = '{SOLD_TWICE}' and document_id > ? and contains(detail, ?)
        order by document_id
    """
    name = match["reference"] or match["document_id"]
    return source.rows(query, [match["document_id"], f' {name} from "'])
