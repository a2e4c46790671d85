"""This module explains one document: its state and dates, what was decided about it, where its lines are."""

from dataclasses import dataclass

from cin7_pipeline.explain.document_kinds import DOCUMENT_KINDS, DocumentKind
from cin7_pipeline.explain.source import Row, Source
from cin7_pipeline.settings import DEFAULT_CHANNEL_RULES, UNMAPPED

SOLD_TWICE = "sold_twice"


@dataclass(frozen=True)
class Document:
    """A document as it was last read, and where the tables put it.

    `match` is its row of `explain.documents`, with `matched_by`. `lines` has a row per line, size and
    table (or rule); `double_sales` are sales that look counted twice, this one among them.
    """

    match: Row
    branches: list[Row]
    lines: list[Row]
    issues: list[Row]
    double_sales: list[Row]
    readiness: Row

    @property
    def kind(self) -> DocumentKind:
        """Return the declaration of its kind."""
        return DOCUMENT_KINDS[self.match["document_kind"]]

    @property
    def dates(self) -> Row:
        """Return the local days that it has, and when it was modified (UTC), in the table's order."""
        return {
            name: value
            for name, value in self.match.items()
            if value and (name.endswith("_on") or name == "modified_at")
        }

    @property
    def channel_rule(self) -> str:
        """Return in words which row of the settings gave it its channel."""
        priority, source = self.match["rule_priority"], self.match["source"] or ""
        if priority is None:
            return f"no rule matches; {'its source' if source.strip() else 'it has no source'}"
        is_built_in = priority == DEFAULT_CHANNEL_RULES.priority
        place = "built-in rule" if is_built_in else f"channels.csv, priority {priority}"
        return f"{place}: {self.match['rule_field']} like '{self.match['rule_pattern']}'"

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
    kind, document_id = match["document_kind"], match["document_id"]
    branches = {"": match["branch_id"]}
    if kind == "transfer":
        branches = {"from": match["source_branch_id"], "to": match["branch_id"]}
    lines = _lines(source, match)
    issues = find_issues(source, kind, document_id)
    own_doubles = [issue for issue in issues if issue["issue"] == SOLD_TWICE]
    return Document(
        match=match,
        # A document without a branch has a row too.
        branches=[
            {"branch_name": None, "warehouse": UNMAPPED}
            | source.row("planning.branch_warehouses", branch_id=branch_id)
            | {"role": role, "branch_id": branch_id}
            for role, branch_id in branches.items()
        ],
        lines=lines,
        issues=[issue for issue in issues if issue["issue"] != SOLD_TWICE],
        double_sales=own_doubles + _later_double_sales(source, match, lines),
        readiness=source.row("planning.order_readiness", sales_order_id=document_id)
        if kind == "sales_order"
        else {},
    )


def find_issues(source: Source, document_kind: str, document_id: int) -> list[Row]:
    """Return what is wrong with a document or a product option, errors first."""
    query = """
        from planning.data_issues
        where document_kind = ? and document_id = ?
        order by array_position(['error', 'warning', 'info'], severity), issue, line_id
    """
    return source.rows(query, [document_kind, document_id])


def _lines(source: Source, match: Row) -> list[Row]:
    """Return each line as Cin7 has it, once per size and table (or rule) in which it is.

    A line that is in no table has `table` None.
    """
    placements = "".join(
        f" union all select '{place.table}', line_id, size, sku, {place.quantity}, {place.meaning}, null"
        f" from planning.{place.table} where {place.only} and {place.key} = $document_id"
        for place in DOCUMENT_KINDS[match["document_kind"]].placements
    )
    query = f"""
        with placements as (
            select
                'excluded_lines' as table, line_id, size, sku, quantity as units, why as meaning, rule
            from planning.excluded_lines
            where document_kind = $document_kind and document_id = $document_id {placements}
        )
        select
            line_id, coalesce(lines.code, placements.sku) as code, lines.quantity as ordered,
            placements.* exclude (line_id, sku)
        from explain.document_lines as lines left join placements using (line_id)
        where document_kind = $document_kind and document_id = $document_id
        order by lines.sort, line_id, size, rule nulls first, placements.table
    """
    return source.rows(query, {key: match[key] for key in ("document_kind", "document_id")})


def _later_double_sales(source: Source, match: Row, lines: list[Row]) -> list[Row]:
    """Return later orders that look like this sale again; the issue names this one in its detail."""
    if not any(row["table"] == "sales_lines" for row in lines):
        return []
    query = f"""
        from planning.data_issues
        where issue = '{SOLD_TWICE}' and document_id > ? and contains(detail, ?)
        order by document_id
    """
    name = match["order_number"] or match["document_id"]
    return source.rows(query, [match["document_id"], f' {name} from "'])
