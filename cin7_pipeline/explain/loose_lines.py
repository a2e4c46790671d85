"""Lines that carry a code like the one asked for and are no item: what an item's sales may lack."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cin7_pipeline.explain.question import SKU
from cin7_pipeline.explain.source import Source

NEWEST = 10
NEEDED = ("core.document_lines", "core.documents", "planning.excluded_lines")


@dataclass(frozen=True)
class LooseLine:
    """A description-only line; its quantity is in stocking units."""

    document_kind: str
    document_id: int
    order_number: str | None
    line_id: int
    code: str
    quantity: Decimal
    created_on: date


def find_loose_lines(source: Source, asked: str) -> tuple[LooseLine, ...]:
    """The newest of them, by code apart from case and spaces; none from the published file."""
    if not all(source.has(table) for table in NEEDED):
        return ()
    rows = source.rows(
        f"""
        select
            excluded.document_kind, excluded.document_id, excluded.order_number,
            excluded.line_id, lines.code, sum(excluded.quantity) as quantity, documents.created_on
        from planning.excluded_lines as excluded
        inner join core.document_lines as lines using (document_kind, document_id, line_id)
        inner join core.documents as documents using (document_kind, document_id)
        where
            excluded.rule = 'description_only'
            and not documents.is_deleted
            and {SKU.format("lines.code")} = {SKU.format("$asked")}
        group by all
        order by documents.created_on desc, excluded.document_id desc, excluded.line_id
        limit {NEWEST}
        """,
        {"asked": asked},
    )
    return tuple(LooseLine(**row) for row in rows)
