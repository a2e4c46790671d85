"""How a row of `data_issues` is written; `detail` and `suggestion` are prose and not given here."""

from collections.abc import Iterable

from tests.expected.measures import Row


def issue(name: str, severity: str, kind: str, document_id: int, line_id: int = 0) -> Row:
    """One issue of a document, or of one of its lines."""
    return {
        "issue": name,
        "document_kind": kind,
        "document_id": document_id,
        "line_id": line_id,
        "severity": severity,
    }


def issues(name: str, severity: str, kind: str, document_ids: Iterable[int]) -> list[Row]:
    """The same issue of several documents, each once."""
    return [issue(name, severity, kind, id_) for id_ in sorted(set(document_ids))]
