"""This module checks what must hold: every day something cheap, after an episode every row of every table.

A check that fails raises `WrongError` with what was found; `schedule` decides when to check, and counts.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

import duckdb

from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import is_idle
from cin7_pipeline.warehouse.connection import open_warehouse
from tests.end_to_end.chaos.account import Account
from tests.end_to_end.chaos.counters import Counters
from tests.end_to_end.chaos.processes import Ending
from tests.end_to_end.chaos.reads import reads_of
from tests.end_to_end.scenario import differences, past_stock
from tests.expected import Read


class WrongError(AssertionError):
    """A row is wrong, missing or doubled, or somebody is blocked."""


def require_free_queue(account: Account) -> None:
    """Require that no ended run, however it ended, keeps the next one waiting."""
    if not is_idle(account.settings):
        msg = "the run lock is held, and no run goes on"
        raise WrongError(msg)


def require_plain_words(endings: Iterable[Ending]) -> None:
    """Require that a command that fails ends with a sentence of its own, not with a stack trace."""
    for ending in endings:
        if ending.exit_code <= 0 or not ending.order.arguments:
            continue
        said = ending.order.log.read_text(errors="replace")
        if f"\n{said}".rfind("\ncin7: ") <= said.rfind("Traceback (most recent call last)"):
            msg = f"{ending.order.name} ended without a word:\n{said[-3000:]}"
            raise WrongError(msg)


def require_whole_release(account: Account) -> bool:
    """Require that what is published is all of one release; return False before the first."""
    settings = account.settings
    links = (settings.published_path, settings.alias_path, settings.data_dir / "parquet")
    for release in {link.resolve().parent for link in links if link.exists()}:
        _require_whole(release)
    return settings.published_path.exists()


def _require_whole(release: Path) -> None:
    """Require that database, folder and manifest of a release say the same of every table."""
    manifest = json.loads((release / "parquet" / "manifest.json").read_text())["tables"]
    with duckdb.connect(release / "cin7.duckdb", read_only=True) as connection:
        for name in _planning_tables():
            places = f"planning.{name}", f"'{release / 'parquet' / name}.parquet'"
            counts = [connection.execute(f"select count(*) from {p}").fetchall() for p in places]
            if not counts[0] == counts[1] == [(manifest.get(name),)]:
                msg = f"{release.name} is not whole: {name} has {counts}, not {manifest.get(name)}"
                raise WrongError(msg)


@cache
def _planning_tables() -> frozenset[str]:
    """Return the names of the tables that a release consists of."""
    models = load_catalogue().models
    return frozenset(m.name.removeprefix("planning.") for m in models if m.schema == "planning")


def what_cannot_be_read_again(account: Account) -> list[tuple[object, ...]]:
    """Return what a wrong run must not touch: snapshots, coverage and the log."""
    kept: list[tuple[object, ...]] = []
    with open_warehouse(account.settings.warehouse_path, read_only=True) as connection:
        for table in ("stock_snapshots", "transit_snapshots", "sync_coverage", "sync_log"):
            query = f"select count(*), sum(hash(kept)) from raw.{table} as kept"
            kept += connection.execute(query).fetchall()
    return kept


def what_people_keep(account: Account) -> list[tuple[object, ...]]:
    """Return what cannot be read again, and the release that is shown."""
    return [(account.settings.published_path.resolve(),), *what_cannot_be_read_again(account)]


def require_named_as_of(account: Account, moment: datetime) -> None:
    """Require that the name of the release that is shown says as of when its tables are."""
    name = account.settings.published_path.resolve().parent.name
    if not re.search(f"-as-of-{moment:%Y%m%dT%H%M%SZ}(-[0-9]+)?$", name):
        msg = f"{name} does not say that its tables are as of {moment}"
        raise WrongError(msg)


def require_snapshot(account: Account) -> None:
    """Require that the day's stock is kept, whatever else could not be read."""
    day = account.settings.local_date(account.now)
    with open_warehouse(account.settings.warehouse_path, read_only=True) as connection:
        query = "select 1 from raw.stock_snapshots where snapshot_on = ? limit 1"
        if not connection.execute(query, [day]).fetchall():
            msg = f"the stock of {day} is not kept, though only other resources were refused"
            raise WrongError(msg)


def require_no_doubles(account: Account) -> None:
    """Require that no key is twice in `raw`, and no line without its document."""
    path = account.settings.warehouse_path
    if not path.exists():
        return
    with open_warehouse(path, read_only=True) as connection:
        found = connection.execute("select table_name from duckdb_tables()").fetchall()
        tables = {name for (name,) in found}
        for endpoint in ENDPOINTS.values():
            if tables.issuperset(endpoint.tables):
                _require_single_rows(connection, endpoint)


def _require_single_rows(connection: duckdb.DuckDBPyConnection, endpoint: Endpoint) -> None:
    key = ", ".join(endpoint.key)
    queries = {"keys": f"select {key} from raw.{endpoint.name} group by all having count(*) > 1"}
    if endpoint.lines is not None:
        table, parent = f"raw.{endpoint.lines.table}", endpoint.lines.parent_key
        queries["lines"] = f"select _dlt_id from {table} group by all having count(*) > 1"
        queries["lines without a document"] = (
            f"select {parent} from {table} where {parent} not in (select id from raw.{endpoint.name})"
        )
    for what, query in queries.items():
        if rows := connection.execute(query).fetchall():
            msg = f"raw.{endpoint.name} has {what} that should not be: {rows[:5]} of {len(rows)}"
            raise WrongError(msg)


def require_expected_tables(account: Account, counters: Counters) -> None:
    """Require that the rows of every compared table are those that the oracle expects, and no others."""
    tables = account.oracle().tables(_reads(account), past_stock(account.published))
    if wrong := list(differences(tables, account.published)):
        raise WrongError("\n".join(wrong))
    counters.settlements += 1
    counters.tables += len(tables)
    counters.rows += sum(map(len, tables.values()))


def _reads(account: Account) -> list[Read]:
    with open_warehouse(account.settings.warehouse_path, read_only=True) as connection:
        return reads_of(connection, account.asked, account.seen)
