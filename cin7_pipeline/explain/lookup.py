"""This module finds what a question names: documents by reference, id or customer order number, items by SKU.

An exact match wins over one that only holds when case, spaces and a leading # are ignored. References
repeat, so all matches of equal rank are returned. Where nothing matches, it says how far it looked.
"""

from dataclasses import dataclass
from datetime import timedelta

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.explain.document import Document, explain_document
from cin7_pipeline.explain.document_kinds import DOCUMENT_KINDS
from cin7_pipeline.explain.item import Item, explain_item
from cin7_pipeline.explain.source import Row, Source, open_source
from cin7_pipeline.settings import Settings

NEWEST = 10
ALMOST = ", apart from case, spaces or #"
REFERENCE = "lower(ltrim(trim({}), '# '))"
SKU = r"lower(trim(regexp_replace({}, '\s+', ' ', 'g')))"
ENTITIES = (
    *(kind.entity for kind in DOCUMENT_KINDS.values()),
    "products",
    "product_options",
    "stock",
)


@dataclass(frozen=True)
class Explanation:
    """What a question names and how far the search reached.

    `near_matches` are items whose SKU differs from the one asked for in case and spaces only, where an
    item has exactly that SKU. `unmatched_lines` carry such a code and belong to no item. `stale`
    entities were read again after the tables were built. `advice` is there where nothing was found.
    """

    asked: str
    source: Source
    documents: list[Document]
    items: list[Item]
    near_matches: list[Row]
    unmatched_lines: list[Row]
    searched: list[Row]
    stale: list[str]
    advice: str | None

    @property
    def is_found(self) -> bool:
        """Return True where anything has this name."""
        return bool(self.documents or self.items or self.unmatched_lines)


def explain(settings: Settings, asked: str) -> Explanation:
    """Return everything known of a reference, document id, customer order number or SKU.

    Raises:
        PipelineError: the question is blank, or nothing has been read yet.
        WarehouseBusy: a run holds the warehouse and nothing has been published yet.
    """
    if not asked.strip(" #"):
        msg = "say what to look for: a reference, an id, a customer order number or a SKU"
        raise PipelineError(msg)
    with open_source(settings) as source:
        documents, items = find_documents(source, asked), find_items(source, asked)
        exact = [item for item in items if not item["is_near_match"]]
        unmatched_lines, searched = find_unmatched_lines(source, asked), read_coverage(source)
        is_found = bool(documents or items or unmatched_lines)
        return Explanation(
            asked=asked,
            source=source,
            documents=[explain_document(source, match) for match in documents],
            items=[explain_item(source, match) for match in exact or items],
            near_matches=[item for item in items if exact and item["is_near_match"]],
            unmatched_lines=unmatched_lines,
            searched=searched,
            stale=stale_entities(source),
            advice=None if is_found else advise(settings, source, searched),
        )


def find_documents(source: Source, asked: str) -> list[Row]:
    """Return kind, id, reference and `matched_by` of every document that the question names."""
    documents = _documents(source)
    if not documents:
        return []
    found = source.rows(
        f"""
        with documents as ({documents})
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
        """,
        {"asked": asked},
    )
    ways = {match["matched_by"] for match in found}
    exact = {way for way in ways if not way.endswith(ALMOST)}
    return [
        match
        for match in found
        if match["matched_by"] in exact or match["matched_by"].removesuffix(ALMOST) not in exact
    ]


def _documents(source: Source) -> str:
    """Return a query for kind, id, reference and customer order number of all documents.

    The warehouse has all that were read, whether tables have been built of them or not. A release has
    those in its planning tables, and no customer order numbers.
    """
    if source.is_published:
        tables = [
            (f"'{kind.name}'", placement.key, f"planning.{placement.table}", placement.only)
            for kind in DOCUMENT_KINDS.values()
            for placement in kind.placements
        ]
        tables.append(("document_kind", "document_id", "planning.excluded_lines", "true"))
        return " union ".join(
            f"select {kind} as kind, {key} as document_id, order_number as reference,"
            f" null::varchar as customer_order_no from {table} where {only}"
            for kind, key, table, only in tables
            if source.has(table)
        )
    return " union all ".join(
        f"select '{kind.name}' as kind, id as document_id, reference,"
        f" {'customer_order_no' if kind.name == 'sales_order' else 'null::varchar'}"
        f" as customer_order_no from raw.{kind.entity}"
        for kind in DOCUMENT_KINDS.values()
        if source.has(f"raw.{kind.entity}")
    )


def find_items(source: Source, asked: str) -> list[Row]:
    """Return the items with this SKU, then those whose SKU differs from it in case and spaces only."""
    table = "planning.products" if source.is_published else "core.items"
    if not source.has(table):
        return []
    query = f"""
        select product_option_id, size, sku, sku <> $asked as is_near_match
        from {table}
        where {SKU.format("sku")} = {SKU.format("$asked")}
        order by is_near_match, product_option_id, size
    """
    return source.rows(query, {"asked": asked})


def find_unmatched_lines(source: Source, asked: str) -> list[Row]:
    """Return the newest lines that carry such a code and belong to no item.

    They are what an item's sales may lack; quantities are in stocking units. A release has none.
    """
    if not source.has("core.document_lines", "core.documents", "planning.excluded_lines"):
        return []
    query = f"""
        select
            replace(document_kind, '_', ' ') as kind, excluded.order_number as "order",
            line_id::varchar as line, printf('''%s''', lines.code) as code, sum(excluded.quantity) as units,
            documents.created_on as created
        from planning.excluded_lines as excluded
        inner join core.document_lines as lines using (document_kind, document_id, line_id)
        inner join core.documents as documents using (document_kind, document_id)
        where
            excluded.rule = 'description_only'
            and not documents.is_deleted
            and {SKU.format("lines.code")} = {SKU.format("$asked")}
        group by
            document_kind, document_id, line_id, excluded.order_number, lines.code,
            documents.created_on
        order by created desc, document_id desc, line_id
        limit {NEWEST}
    """
    return source.rows(query, {"asked": asked})


def read_coverage(source: Source) -> list[Row]:
    """Return per entity the records, the last read and the history that has been read.

    `covered_from` is the first UTC day read (None: read whole, or never); `missing_days` of the days
    between it and the last read have never been read.
    """
    days = "planning.sync_coverage" if source.is_published else "raw.sync_coverage"
    if not source.has(days):
        return []
    entities = "select entity, row_count as records, data_as_of_at as last_read_at"
    if source.is_published:
        reads = f"{entities} from planning.sync_status"
    else:
        counts = " union all ".join(
            f"select '{entity}' as entity, count(*) as records from raw.{entity}"
            " where deleted_at is null"
            for entity in ENTITIES
            if source.has(f"raw.{entity}")
        )
        reads = f"""
            select entity, records, max(timezone('UTC', started_at)) as last_read_at
            from ({counts}) left join raw.sync_log using (entity)
            group by all
        """
    query = f"""
        with reads as ({reads}),
        days as (
            select
                entity, min(day_on) as covered_from,
                max(day_on) - min(day_on) + 1 - count(*) as missing_days
            from {days} group by entity
        )
        select
            entity, records, last_read_at, covered_from, coalesce(missing_days, 0) as missing_days
        from reads left join days using (entity)
        where entity in (select unnest($entities))
        order by list_position($entities, entity)
    """
    return source.rows(query, {"entities": list(ENTITIES)})


def stale_entities(source: Source) -> list[str]:
    """Return the entities that were read again after the tables were built from them."""
    if source.is_published or not source.has("planning.sync_status"):
        return []
    rows = source.rows("""
        select entity
        from raw.sync_log
        inner join planning.sync_status as built using (entity)
        group by entity, built.data_as_of_at
        having max(timezone('UTC', started_at)) > coalesce(built.data_as_of_at, '-infinity')
        order by entity
    """)
    return [row["entity"] for row in rows]


def advise(settings: Settings, source: Source, searched: list[Row]) -> str:
    """Return what may find it after all: reading the days that were never read."""
    if all(entity["last_read_at"] is None for entity in searched):
        return "Nothing has been read from Cin7 yet: run `cin7 sync`."
    covered = [entity["covered_from"] for entity in searched if entity["covered_from"]]
    until = settings.now().date()
    if covered and not any(entity["missing_days"] for entity in searched):
        until = max(covered) - timedelta(days=1)
    first = min(settings.history_start, until)
    elsewhere = " When the current run has ended, ask again." if source.is_published else ""
    return (
        "If it is in Cin7 and was created or changed on a day that has not been read, read that day:"
        f" `cin7 resync --from {first} --to {until}` (`--dry-run` tells the price); what is newer"
        f" than the last read comes with `cin7 sync`.{elsewhere}"
    )
