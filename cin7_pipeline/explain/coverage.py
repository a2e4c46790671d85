"""What has been searched: which entities, how many records of each, read when, back to which day."""

from dataclasses import dataclass
from datetime import date, datetime

from cin7_pipeline.explain.kinds import KINDS
from cin7_pipeline.explain.source import Source

ITEMS = ("products", "product_options", "stock")
ENTITIES = (*(kind.entity for kind in KINDS.values()), *ITEMS)


@dataclass(frozen=True)
class Searched:
    """One entity: `covered_from` is the first UTC day of history read (None: whole, or never read).

    `missing_days` of history between it and the last read have never been read.
    """

    entity: str
    records: int | None
    last_read_at: datetime | None
    covered_from: date | None
    missing_days: int


def read_coverage(source: Source) -> tuple[Searched, ...]:
    """How far the search reached, entity by entity."""
    query = PUBLISHED if source.is_published else READ
    needed = ("planning.sync_status", "planning.sync_coverage")
    if source.is_published and not all(source.has(table) for table in needed):
        return ()
    found = {row["entity"]: row for row in source.rows(query)}
    return tuple(
        Searched(
            entity,
            _records(source, entity, found.get(entity, {}).get("records")),
            found.get(entity, {}).get("last_read_at"),
            found.get(entity, {}).get("covered_from"),
            found.get(entity, {}).get("missing_days") or 0,
        )
        for entity in ENTITIES
        if (source.is_published and entity in found) or source.has(f"raw.{entity}")
    )


def unbuilt_entities(source: Source) -> tuple[str, ...]:
    """Entities that were read again after the tables were built of them."""
    if source.is_published or not source.has("planning.sync_status"):
        return ()
    rows = source.rows("""
        select entity
        from raw.sync_log
        inner join planning.sync_status as built using (entity)
        group by entity, built.data_as_of_at
        having max(timezone('UTC', started_at)) > coalesce(built.data_as_of_at, '-infinity')
        order by entity
    """)
    return tuple(row["entity"] for row in rows)


def _records(source: Source, entity: str, told: int | None) -> int | None:
    if source.is_published:
        return told
    return int(
        source.rows(f"select count(*) as n from raw.{entity} where deleted_at is null")[0]["n"]
    )


_DAYS = """
    select
        entity, min(day_on) as covered_from,
        max(day_on) - min(day_on) + 1 - count(*) as missing_days
    from {} group by entity
"""
READ = f"""
    with days as ({_DAYS.format("raw.sync_coverage")}),
    reads as (
        select entity, max(timezone('UTC', started_at)) as last_read_at
        from raw.sync_log group by entity
    )
    select entity, last_read_at, covered_from, missing_days
    from reads left join days using (entity)
"""
PUBLISHED = f"""
    with days as ({_DAYS.format("planning.sync_coverage")})
    select entity, row_count as records, data_as_of_at as last_read_at, covered_from, missing_days
    from planning.sync_status left join days using (entity)
"""
