"""This module finds what a question names: documents by reference, id or customer order number, items by SKU.

An exact match wins over one that only holds when case, spaces and a leading # are ignored. References
repeat, so all matches of equal rank are returned. Where nothing matches, it says how far it looked.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

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
# What people leave out or add when they type a part of a name.
PART = r"regexp_replace(lower({}), '[\s#]+', '', 'g')"
LIKENESS = 0.88
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
    item has exactly that SKU. `unmatched_lines` carry such a code and belong to no item. `advice` is
    there where nothing was found. `parts` are names that the question is a part of, where none is it;
    `alike` those that are spelt much like it, where it is a part of none.
    """

    asked: str
    documents: list[Document]
    items: list[Item]
    near_matches: list[Row]
    unmatched_lines: list[Row]
    searched: list[Row]
    advice: str | None
    parts: list[Row] = field(default_factory=list)
    alike: list[Row] = field(default_factory=list)

    @property
    def is_found(self) -> bool:
        """Return True where anything has this name, or has it in its own."""
        return bool(self.documents or self.items or self.unmatched_lines or self.parts)


def explain(
    settings: Settings, asked: str, file: Path | None = None, *, is_full: bool = False
) -> Explanation:
    """Return everything known of a reference, document id, customer order number or SKU.

    The release that people read answers, or the copy of one in `file`.

    Raises:
        PipelineError: the question is blank, nothing is published yet, or the file is no release.
    """
    if not asked.strip(" #"):
        msg = "say what to look for: a reference, an id, a customer order number or a SKU"
        raise PipelineError(msg)
    with open_source(file or settings.published_path) as source:
        documents, items = find_documents(source, asked), find_items(source, asked)
        alike = [] if documents or items else find_alike(source, asked)
        parts = [row for row in alike if row.pop("is_part")]
        if len(parts) == 1:
            name = parts[0]["name"]
            documents, items = find_documents(source, name), find_items(source, name)
        exact = [item for item in items if not item["is_near_match"]]
        unmatched_lines, searched = find_unmatched_lines(source, asked), read_coverage(source)
        is_found = bool(documents or items or unmatched_lines or parts)
        return Explanation(
            asked=asked,
            documents=[explain_document(source, match) for match in documents],
            items=[explain_item(source, match, is_full=is_full) for match in exact or items],
            near_matches=[item for item in items if exact and item["is_near_match"]],
            unmatched_lines=unmatched_lines,
            searched=searched,
            advice=None if is_found else advise(settings, searched),
            parts=parts,
            alike=[] if is_found else alike,
        )


def find_documents(source: Source, asked: str) -> list[Row]:
    """Return every document that the question names, with the way it does in `matched_by`."""
    query = f"""
        select *, case
                when order_number = $asked then 'reference'
                when document_id::varchar = trim($asked) then 'id'
                when customer_order_no = $asked then 'customer order number'
                when {REFERENCE.format("order_number")} = {REFERENCE.format("$asked")}
                    then 'reference{ALMOST}'
                when {REFERENCE.format("customer_order_no")} = {REFERENCE.format("$asked")}
                    then 'customer order number{ALMOST}'
            end as matched_by
        from explain.documents
        where matched_by is not null
        order by document_kind, document_id
    """
    found = source.rows(query, {"asked": asked})
    ways = {match["matched_by"] for match in found}
    exact = {way for way in ways if not way.endswith(ALMOST)}
    return [
        match
        for match in found
        if match["matched_by"] in exact or match["matched_by"].removesuffix(ALMOST) not in exact
    ]


def find_items(source: Source, asked: str) -> list[Row]:
    """Return the items with this SKU, then those whose SKU differs from it in case and spaces only."""
    query = f"""
        select product_option_id, size, sku, sku <> $asked as is_near_match
        from explain.items
        where {SKU.format("sku")} = {SKU.format("$asked")}
        order by is_near_match, product_option_id, size
    """
    return source.rows(query, {"asked": asked})


def find_alike(source: Source, asked: str) -> list[Row]:
    """Return what the question is a part of, by any of its names, or else what is spelt much like it.

    Blanks, case and # count for nothing here.
    """
    query = f"""
        with names as (
            select 'reference' as found_by, order_number as text, order_number as name,
                replace(document_kind, '_', ' ') || ' of ' || created_on as what
            from explain.documents
            union all
            select 'customer order number', customer_order_no, order_number,
                replace(document_kind, '_', ' ') || ' of ' || created_on
            from explain.documents
            union all
            select found_by, text, sku, products.name
            from planning.products left join planning.suppliers using (supplier_id),
                lateral (
                    values ('code', sku), ('style code', style_code), ('barcode', barcode),
                        ('name', products.name), ('supplier', supplier_name)
                ) as texts (found_by, text)
        ),
        scored as (
            select *, contains({PART.format("text")}, {PART.format("$asked")})
                and length({PART.format("$asked")}) > 2 as is_part,
                jaro_winkler_similarity({PART.format("text")}, {PART.format("$asked")}) as likeness
            from names
            where name is not null and text <> ''
        )
        select name, what, found_by || ' ' || text as "found by", is_part
        from scored
        where is_part or likeness >= {LIKENESS}
        qualify row_number() over (partition by name order by is_part desc, likeness desc) = 1
        order by is_part desc, likeness desc, name
        limit {NEWEST}
    """
    return source.rows(query, {"asked": asked})


def find_unmatched_lines(source: Source, asked: str) -> list[Row]:
    """Return the newest lines that carry such a code and belong to no item.

    They are what an item's sales may lack; quantities are in stocking units.
    """
    query = f"""
        select
            replace(document_kind, '_', ' ') as kind, excluded.order_number as "order",
            line_id::varchar as line, printf('''%s''', lines.code) as code,
            sum(excluded.quantity) as units, documents.created_on as created
        from planning.excluded_lines as excluded
        inner join explain.document_lines as lines using (document_kind, document_id, line_id)
        inner join explain.documents as documents using (document_kind, document_id)
        where
            excluded.rule = 'description_only'
            and documents.deleted_at is null
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
    query = """
        with days as (
            select
                entity, min(day_on) as covered_from,
                max(day_on) - min(day_on) + 1 - count(*) as missing_days
            from planning.sync_coverage group by entity
        )
        select
            entity, row_count as records, data_as_of_at as last_read_at, covered_from,
            coalesce(missing_days, 0) as missing_days
        from planning.sync_status left join days using (entity)
        where entity in (select unnest($entities))
        order by list_position($entities, entity)
    """
    return source.rows(query, {"entities": list(ENTITIES)})


def advise(settings: Settings, searched: list[Row]) -> str:
    """Return what may find it after all: reading the days that were never read."""
    covered = [entity["covered_from"] for entity in searched if entity["covered_from"]]
    until = settings.now().date()
    if covered and not any(entity["missing_days"] for entity in searched):
        until = max(covered) - timedelta(days=1)
    first = min(settings.history_start, until)
    return (
        "If it is in Cin7 and was created or changed on a day that has not been read, read that day:"
        f" `cin7 resync --from {first} --to {until}` (`--dry-run` tells the price); what is newer"
        " than the last read comes with `cin7 sync`."
    )
