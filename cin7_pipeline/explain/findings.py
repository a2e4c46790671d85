"""What planning.data_issues found about a document or an item."""

from dataclasses import dataclass

from cin7_pipeline.explain.source import Source

TABLE = "planning.data_issues"
SOLD_TWICE = "sold_twice"


@dataclass(frozen=True)
class Issue:
    """A finding of planning.data_issues."""

    issue: str
    severity: str
    document_kind: str
    document_id: int
    line_id: int
    detail: str
    suggestion: str


def read_issues(source: Source, kind: str, document_id: int) -> tuple[Issue, ...]:
    """What is found wrong with a document or an option, the worst first."""
    return source.facts(
        Issue,
        TABLE,
        "where document_kind = ? and document_id = ? order by"
        " array_position(['error', 'warning', 'info'], severity), issue, line_id",
        [kind, document_id],
    )


def later_doubles(source: Source, reference: str, document_id: int) -> tuple[Issue, ...]:
    """Later orders that look like this sale again; the finding stands there and names this one."""
    return source.facts(
        Issue,
        TABLE,
        f"where issue = '{SOLD_TWICE}' and document_id > ? and contains(detail, ?)"
        " order by document_id",
        [document_id, f' {reference} from "'],
    )
