"""What is known of a document as a whole: its columns, and the state it was found to be in.

From the pipeline's own tables where they are built, from `raw` alone where they are not yet, and from
the planning tables where only those are within reach.
"""

from cin7_pipeline.explain.kinds import Kind
from cin7_pipeline.explain.source import Row, Source


def read_facts(source: Source, kind: Kind, document_id: int) -> Row:
    """The document's own columns, with `state` where decided."""
    if source.is_published:
        return _published_facts(source, kind, document_id)
    facts = one_row(source, f"staging.{kind.entity}", kind.key, document_id)
    if not facts:
        return _unbuilt_facts(source, kind, document_id)
    return facts | {"state": _state(source, kind, facts)}


def one_row(source: Source, table: str, key: str, value: int | None) -> Row:
    """The row of the table with this key; empty where there is none, or no such table."""
    if not source.has(table, [key]):
        return {}
    return next(iter(source.rows(f"from {table} where {key} = ?", [value])), {})


def _decision(source: Source, kind: Kind, document_id: int) -> Row:
    if not source.has("core.documents"):
        return {}
    query = "from core.documents where document_kind = ? and document_id = ?"
    return next(iter(source.rows(query, [kind.name, document_id])), {})


def _state(source: Source, kind: Kind, facts: Row) -> str | None:
    """As the tables decided; None where they have not been built since the document was read."""
    document_id = facts[kind.key]
    if kind.decided:
        found = one_row(source, kind.decided, kind.key, document_id)
        return found.get("state")
    decided = _decision(source, kind, document_id) if kind.places else facts
    if not decided:
        return None
    if decided.get("is_void"):
        return "void"
    if not decided["is_approved"]:
        return "draft"
    done = "dispatched" if "dispatched_on" in facts else "completed"
    return done if decided["completed_on"] else "approved"


def _unbuilt_facts(source: Source, kind: Kind, document_id: int) -> Row:
    """A document that no table knows yet: only what has been read of it."""
    query = f"""
        select
            timezone('UTC', modified_date) as modified_at,
            timezone('UTC', read_at) as read_at,
            timezone('UTC', deleted_at) as deleted_at
        from raw.{kind.entity}
        where id = ?
    """
    return source.rows(query, [document_id])[0]


def _published_facts(source: Source, kind: Kind, document_id: int) -> Row:
    for place in kind.places:
        if facts := one_row(source, f"planning.{place.table}", place.key, document_id):
            return facts
    return {}
