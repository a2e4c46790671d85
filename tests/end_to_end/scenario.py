"""This module opens a scenario: an account over HTTP whose clock tests set, with settings, runs, oracle."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin7_pipeline.cli import app
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.window import Window
from dagster_project.definitions import defs
from tests.end_to_end.rules import Rules
from tests.expected import Read

TIME_ZONE = "Australia/Sydney"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Scenario:
    """One account, one data folder, one timestamp; `reads` is what has been synced so far."""

    merchant: Merchant
    server: SandboxServer
    clock: list[datetime]
    monkeypatch: pytest.MonkeyPatch
    instance: dg.DagsterInstance
    rules: Rules
    reads: list[Read] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        """The timestamp of the account and of the pipeline."""
        return self.clock[0]

    @property
    def settings(self) -> Settings:
        """The settings a run would see."""
        return load_settings()

    def move_to(self, moment: datetime) -> None:
        """Set the clock of the account and of the pipeline."""
        self.clock[0] = moment
        self.monkeypatch.setenv("CIN7_AS_OF", moment.isoformat())

    def daily_sync(self) -> dg.ExecuteInProcessResult:
        """Run the job as the schedule starts it."""
        result = self.run_job("daily_sync", {})
        assert result.success
        self.reads.append(Read(self.now, Window.lookback(self.now, self.settings.lookback_days)))
        return result

    def command(self, *arguments: str) -> Result:
        """Run the `cin7` command in this process."""
        return CliRunner().invoke(app, arguments)

    def sync_by_command(self) -> None:
        """Do the same as the daily sync, from the command line."""
        result = self.command("sync")
        assert result.exit_code == 0, result.output
        self.reads.append(Read(self.now, Window.lookback(self.now, self.settings.lookback_days)))

    def resync(self, first: date, last: date) -> dg.ExecuteInProcessResult:
        """Read some days of history again, as one run."""
        tags = {
            "dagster/asset_partition_range_start": first.isoformat(),
            "dagster/asset_partition_range_end": last.isoformat(),
        }
        result = self.run_job("historical_resync", tags)
        assert result.success
        self.reads.append(Read(self.now, Window.days(first, last)))
        return result

    def run_job(self, name: str, tags: Mapping[str, str]) -> dg.ExecuteInProcessResult:
        """Run a job on this scenario's Dagster instance."""
        return run_job(self.instance, name, tags)

    def expected_tables(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the compared tables must say now."""
        oracle = self.rules.oracle(self.merchant, TIME_ZONE)
        return oracle.tables(self.reads, past_stock(self.published))

    def published(self, query: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Return rows of the published file, as a planner reads them."""
        with duckdb.connect(str(self.settings.published_path), read_only=True) as connection:
            return connection.execute(query, parameters or []).fetchall()

    def warehouse(self, query: str) -> list[tuple[Any, ...]]:
        """Return rows of the pipeline's own database."""
        with duckdb.connect(str(self.settings.warehouse_path), read_only=True) as connection:
            return connection.execute(query).fetchall()


def run_job(
    instance: dg.DagsterInstance, name: str, tags: Mapping[str, str]
) -> dg.ExecuteInProcessResult:
    """Run a job in this process."""
    job = defs().resolve_job_def(name)
    return job.execute_in_process(
        instance=instance, tags=dict(tags), run_config=QUIET, raise_on_error=False
    )


def past_stock(published: Callable[[str], list[tuple[Any, ...]]]) -> list[dict[str, Any]]:
    """Return the stock before the first snapshot, as it is published."""
    columns = ("sku", "warehouse", "first_on", "last_on", "is_in_stock")
    rows = published(f"select {', '.join(columns)} from planning.stock_history")
    return [dict(zip(columns, row, strict=True)) for row in rows]


def assert_tables_as_expected(scenario: Scenario) -> None:
    """Assert that each compared table has the rows that the oracle expects, each the same number of times."""
    found = list(differences(scenario.expected_tables(), scenario.published))
    assert not found, "\n".join(found)


def differences(
    tables: Mapping[str, list[dict[str, Any]]], published: Callable[[str], list[tuple[Any, ...]]]
) -> Iterator[str]:
    """Yield lines on how the tables that `published` queries differ from the expected ones."""
    for table, expected in tables.items():
        columns = list(expected[0]) if expected else []
        names = ", ".join(f'"{name}"' for name in columns) or "1"
        found = Counter(published(f"select {names} from planning.{table}"))
        wanted = Counter(tuple(row[name] for name in columns) for row in expected)
        missing, extra = wanted - found, found - wanted
        if missing or extra:
            yield f"{table}: {missing.total()} of {wanted.total()} rows missing, {extra.total()} too many"
            yield from (
                f"   missing {dict(zip(columns, row, strict=True))}" for row in _few(missing)
            )
            yield from (
                f"   extra   {dict(zip(columns, row, strict=False))}" for row in _few(extra)
            )


def _few(rows: Counter[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(rows, key=str)[:4]


@contextmanager
def open_scenario(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    merchant: Merchant,
    moment: datetime,
    rules: Rules | None = None,
    lookback_days: int = 90,
) -> Iterator[Scenario]:
    """Open a scenario in `folder`; its pipeline is set up by environment variables, as anybody's is."""
    clock = [moment]
    server = SandboxServer(MerchantAccount(merchant), clock=lambda: clock[0], limits=None)
    with server, dg.DagsterInstance.ephemeral() as instance:
        scenario = Scenario(merchant, server, clock, monkeypatch, instance, rules or Rules())
        variables = environment(folder, server.base_url, lookback_days) | scenario.rules.variables
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        scenario.rules.write(folder / "settings")
        scenario.move_to(moment)
        yield scenario


def environment(folder: Path, base_url: str, lookback_days: int) -> dict[str, str]:
    """Return the variables that lead the pipeline to a sandbox, with rate limits that never make it wait."""
    return {
        "CIN7_USERNAME": "sandbox",
        "CIN7_API_KEY": "sandbox-key",
        "CIN7_BASE_URL": base_url,
        "CIN7_TIME_ZONE": TIME_ZONE,
        "CIN7_DATA_DIR": str(folder),
        "CIN7_LOOKBACK_DAYS": str(lookback_days),
        "CIN7_CALLS_PER_SECOND": "1000",
        "CIN7_CALLS_PER_MINUTE": "100000",
        "CIN7_CALLS_PER_DAY": "1000000",
    }
