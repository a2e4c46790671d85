"""What a question names: documents by reference, id or customer order number, and items by SKU.

An exact match wins over one that only holds when case, spaces and a leading # are ignored; matches of
equal rank are all found, because references repeat.
"""

from dataclasses import dataclass

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.explain.kinds import KINDS
from cin7_pipeline.explain.source import Source

ALMOST = ", apart from case, spaces or #"
REFERENCE = "lower(ltrim(trim({}), '# '))"
SKU = r"lower(trim(regexp_replace({}, '\s+', ' ', 'g')))"
FOUND = f"""
    select kind, document_id, reference, case
        when reference = $asked then 'reference'
        when document_id::varchar = trim($asked) then 'id'
        when customer_order_no = $asked then 'customer order number'
        when {REFERENCE.format("reference")} = {REFERENCE.format("$asked")}
            then 'reference{ALMOST}'
        when {REFERENCE.format("customer_order_no")} = {REFERENCE.format("$asked")}
            then 'customer order number{ALMOST}'
    end as matched_by
    from documents
    where matched_by is not null
    order by kind, document_id
"""


@dataclass(frozen=True)
class DocumentMatch:
    """A document and what of it matched."""

    kind: str
    document_id: int
    reference: str | None
    matched_by: str


@dataclass(frozen=True)
class ItemMatch:
    """An item whose SKU is the one asked for, or (`is_twin`) only when case and spaces are ignored."""

    product_option_id: int
    size: str
    sku: str
    is_twin: bool


def find_documents(source: Source, asked: str) -> tuple[DocumentMatch, ...]:
    """Every document that the question names, by kind and id."""
    documents = _published_documents(source) if source.is_published else _read_documents(source)
    rows = source.rows(f"with documents as ({documents}) {FOUND}", {"asked": _not_blank(asked)})
    found = [DocumentMatch(**row) for row in rows]
    exact = {match.matched_by for match in found}
    return tuple(
        m for m in found if m.matched_by.removesuffix(ALMOST) not in exact - {m.matched_by}
    )


def find_items(source: Source, asked: str) -> tuple[ItemMatch, ...]:
    """Items with this SKU first, then those whose SKU differs from it in case and spaces only."""
    table = "planning.products" if source.is_published else "core.items"
    if not source.has(table):
        return ()
    query = f"""
        select product_option_id, size, sku, sku <> $asked as is_twin
        from {table}
        where {SKU.format("sku")} = {SKU.format("$asked")}
        order by is_twin, product_option_id, size
    """
    rows = source.rows(query, {"asked": _not_blank(asked)})
    return tuple(ItemMatch(**row) for row in rows)


def _not_blank(asked: str) -> str:
    if not asked.strip(" #"):
        msg = "say what to look for: a reference, an id, a customer order number or a SKU"
        raise PipelineError(msg)
    return asked


def _read_documents(source: Source) -> str:
    """What has been read, whether tables have been built of it or not."""
    parts = [
        f"select '{kind.name}' as kind, id as document_id, reference,"
        f" {'customer_order_no' if kind.name == 'sales_order' else 'null::varchar'}"
        f" as customer_order_no from raw.{kind.entity}"
        for kind in KINDS.values()
        if source.has(f"raw.{kind.entity}")
    ]
    return " union all ".join(parts) or NO_DOCUMENTS


def _published_documents(source: Source) -> str:
    """What the planning tables name; they hold no customer order numbers."""
    tables = [
        (f"'{kind.name}'", place.key, f"planning.{place.table}", place.only)
        for kind in KINDS.values()
        for place in kind.places
    ]
    tables.append(("document_kind", "document_id", "planning.excluded_lines", "true"))
    parts = [
        f"select {kind} as kind, {key} as document_id, order_number as reference,"
        f" null::varchar as customer_order_no from {table} where {only}"
        for kind, key, table, only in tables
        if source.has(table)
    ]
    return " union ".join(parts) or NO_DOCUMENTS


NO_DOCUMENTS = """
    select
        null::varchar as kind, null::bigint as document_id, null::varchar as reference,
        null::varchar as customer_order_no
    where false
"""
