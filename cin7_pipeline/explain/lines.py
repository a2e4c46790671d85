"""Line by line, where a document stands: in which planning table, or which rule keeps it out."""

from dataclasses import dataclass
from decimal import Decimal

from cin7_pipeline.explain.kinds import Kind
from cin7_pipeline.explain.source import Source
from cin7_pipeline.omni.endpoints import ENDPOINTS

EXCLUDED = "excluded_lines"
QUANTITIES = ("qty", "standard_qty")


@dataclass(frozen=True)
class Standing:
    """One row of a planning table; `rule` and its `says` where the table is excluded_lines."""

    table: str
    line_id: int
    size: str
    sku: str | None
    quantity: Decimal
    says: str
    rule: str | None = None


@dataclass(frozen=True)
class Line:
    """A line as Cin7 has it and every place where it stands; none before tables are built of it."""

    line_id: int
    code: str | None
    quantity: Decimal | None
    standings: tuple[Standing, ...]


def read_lines(source: Source, kind: Kind, document_id: int) -> tuple[Line, ...]:
    """The document's lines in their order; a line that only the tables know comes last."""
    standings: dict[int, list[Standing]] = {}
    for standing in _standings(source, kind, document_id):
        standings.setdefault(standing.line_id, []).append(standing)
    lines = [
        Line(line_id, code, quantity, tuple(standings.pop(line_id, ())))
        for line_id, code, quantity in _read(source, kind, document_id)
    ]
    lines += [Line(i, found[0].sku, None, tuple(found)) for i, found in sorted(standings.items())]
    return tuple(lines)


def _read(
    source: Source, kind: Kind, document_id: int
) -> list[tuple[int, str | None, Decimal | None]]:
    endpoint = ENDPOINTS.get(kind.entity)
    if endpoint is None or endpoint.lines is None or not source.has(f"raw.{endpoint.lines.table}"):
        return []
    names = {column.name for column in endpoint.lines.columns}
    quantity = next(name for name in QUANTITIES if name in names)
    rows = source.rows(
        f"select id, code, {quantity} as quantity from raw.{endpoint.lines.table}"
        f" where {endpoint.lines.parent_key} = ? order by sort, id",
        [document_id],
    )
    return [(row["id"], row["code"], row["quantity"]) for row in rows]


def _standings(source: Source, kind: Kind, document_id: int) -> list[Standing]:
    queries = [
        f"select '{place.table}' as table, line_id, size, sku, {place.quantity} as quantity,"
        f" {place.says} as says, null as rule from planning.{place.table}"
        f" where {place.only} and {place.key} = $id"
        for place in kind.places
        if source.has(f"planning.{place.table}")
    ]
    if source.has(f"planning.{EXCLUDED}"):
        queries.append(
            f"select '{EXCLUDED}', line_id, size, null, quantity, why, rule"
            f" from planning.{EXCLUDED} where document_kind = '{kind.name}' and document_id = $id"
        )
    if not queries:
        return []
    rows = source.rows(
        f"{' union all '.join(queries)} order by line_id, size, rule nulls first, 1",
        {"id": document_id},
    )
    return [Standing(**row) for row in rows]
