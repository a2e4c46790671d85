"""What reading a stretch of history costs before it is read, from what is held already."""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoints import DOCUMENTS, REFERENCE_DATA
from cin7_pipeline.omni.page import FULL_PAGE
from cin7_pipeline.window import Window


@dataclass(frozen=True)
class CostEstimate:
    """Calls per entity; an estimate, as Cin7 never says how many rows a question has."""

    calls: dict[str, int]
    calls_per_minute: int
    calls_per_day: int

    @property
    def total(self) -> int:
        """All calls together."""
        return sum(self.calls.values())

    @property
    def minutes(self) -> float:
        """How long the rate limit makes it take."""
        return self.total / self.calls_per_minute

    @property
    def day_share(self) -> float:
        """The part of a day's budget."""
        return self.total / self.calls_per_day


def estimate_calls(
    connection: DuckDBPyConnection,
    slices: list[Window],
    *,
    calls_per_minute: int,
    calls_per_day: int,
) -> CostEstimate:
    """The calls that reading the slices takes, by the documents held for days like theirs.

    What documents name and the stock are read once behind them, for what their last read took.
    """
    calls = {
        endpoint.name: sum(_pages(connection, endpoint.name, part) for part in slices)
        for endpoint in DOCUMENTS
    }
    query = "select entity, arg_max(call_count, started_at) from raw.sync_log group by entity"
    last_calls = dict(connection.execute(query).fetchall())
    calls |= {endpoint.name: last_calls.get(endpoint.name, 1) for endpoint in REFERENCE_DATA}
    return CostEstimate(calls, calls_per_minute, calls_per_day)


def _pages(connection: DuckDBPyConnection, entity: str, window: Window) -> int:
    """Full pages of the documents expected in the window, and one more, as a list is read from both ends."""
    query = f"""
        select
            count(*) filter (created_date >= $start and created_date < $end),
            count(*) / greatest(count(distinct created_date::date), 1)
        from raw.{entity}
    """
    bounds = {"start": window.start, "end": window.end}
    held, per_day = connection.execute(query, bounds).fetchall()[0]
    days = (window.end - window.start).days if window.start and window.end else 0
    expected = max(held, per_day * days)
    return int(-(-expected // FULL_PAGE)) + 1
