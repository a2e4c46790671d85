"""A run may be killed at any moment: nothing is lost, nothing half-done is seen, the next run repairs it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from tests.end_to_end.conftest import MORNING
from tests.end_to_end.scenario import Scenario, assert_tables_as_expected, open_scenario

PLANNING_TABLES = "select table_name from duckdb_tables() where schema_name = 'planning'"
SIZE = Size(products=60, orders_per_day=6)


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scenario]:
    """A small account that other processes can read; it answers late, so that kills meet open reads."""
    merchant = Merchant(opened_on=date(2026, 4, 1), size=SIZE)
    with open_scenario(
        tmp_path, monkeypatch, merchant=merchant, moment=MORNING, lookback_days=40
    ) as scenario:
        scenario.server.faults.latency_seconds = 0.05
        yield scenario


def killed_after(seconds: float) -> bool:
    """Start a sync in a process of its own and kill it; True where it was still at work."""
    command = [sys.executable, "-m", "cin7_pipeline", "sync"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            return True
    return False


def test_kills_lose_nothing(scenario: Scenario) -> None:
    """After kills at many moments of a sync one undisturbed sync makes every table right; no lock is left."""
    kills = [killed_after(seconds) for seconds in (2.4, 3.2, 4.0, 4.8, 6.0)]
    assert any(kills)
    scenario.sync_by_command()
    assert_tables_as_expected(scenario)


def test_a_kill_leaves_the_published_tables_whole(scenario: Scenario) -> None:
    """Planners keep a complete earlier release while syncs are killed at every stage."""
    scenario.sync_by_command()
    tables = set(scenario.published(PLANNING_TABLES))
    for seconds in (3.0, 4.5, 6.0):
        killed_after(seconds)
        assert set(scenario.published(PLANNING_TABLES)) == tables
        assert_tables_as_expected(scenario)
