"""This module estimates what reading a stretch of history costs, from what is loaded already.

It sends no call.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.page import FULL_PAGE
from cin7_pipeline.window import Window


@dataclass(frozen=True)
class CostEstimate:
    """Calls per endpoint; an estimate, as Cin7 never says how many rows a question has."""

    calls: dict[str, int]
    calls_per_minute: int
    calls_per_day: int

    @property
    def total(self) -> int:
        """Return all calls together."""
        return sum(self.calls.values())

    @property
    def minutes(self) -> float:
        """Return how many minutes the rate limit makes of the calls."""
        return self.total / self.calls_per_minute

    @property
    def day_share(self) -> float:
        """Return the part of a day's budget, from 0 to 1."""
        return self.total / self.calls_per_day


def estimate_calls(
    connection: DuckDBPyConnection,
    endpoints: Iterable[Endpoint],
    slices: list[Window],
    *,
    calls_per_minute: int,
    calls_per_day: int,
) -> CostEstimate:
    """Return the calls that reading the slices takes.

    Documents are estimated by those loaded for days like theirs. Everything else is read once behind
    them, for what its last read took.
    """
    query = "select entity, arg_max(call_count, started_at) from raw.sync_log group by entity"
    last_calls = dict(connection.execute(query).fetchall())
    calls = {}
    for endpoint in endpoints:
        if not endpoint.lists_documents:
            calls[endpoint.name] = last_calls.get(endpoint.name, 1)
            continue
        query = f"""
            select
                count(*) filter (created_date >= $start and created_date < $end),
                count(*) / greatest(count(distinct created_date::date), 1)
            from raw.{endpoint.name}
        """
        pages = 0
        for part in slices:
            bounds = {"start": part.start, "end": part.end}
            loaded, per_day = connection.execute(query, bounds).fetchall()[0]
            days = (part.end - part.start).days if part.start and part.end else 0
            # One page more than is full, as a list is read from both ends.
            pages += math.ceil(max(loaded, per_day * days) / FULL_PAGE) + 1
        calls[endpoint.name] = pages
    return CostEstimate(calls, calls_per_minute, calls_per_day)
