"""A run may be killed at any moment: nothing is lost, nothing half-done is seen, the next run mends it."""

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
from tests.end_to_end.scenario import World, assert_tables_equal_truth, open_world

PLANNING_TABLES = "select table_name from duckdb_tables() where schema_name = 'planning'"
SIZE = Size(products=60, orders_per_day=6)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A small account that other processes can read; it answers late, so that kills meet open reads."""
    merchant = Merchant(opened_on=date(2026, 4, 1), size=SIZE)
    with open_world(
        tmp_path, monkeypatch, merchant=merchant, moment=MORNING, lookback_days=40
    ) as world:
        world.server.faults.latency_seconds = 0.05
        yield world


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


def test_kills_lose_nothing(world: World) -> None:
    """After kills at many moments of a sync one undisturbed sync shows the truth, and its lock is free."""
    kills = [killed_after(seconds) for seconds in (2.4, 3.2, 4.0, 4.8, 6.0)]
    assert any(kills)
    world.sync_by_command()
    assert_tables_equal_truth(world)


def test_a_kill_leaves_the_published_tables_whole(world: World) -> None:
    """Planners keep a complete earlier release while syncs are killed at every stage."""
    world.sync_by_command()
    tables = set(world.published(PLANNING_TABLES))
    for seconds in (3.0, 4.5, 6.0):
        killed_after(seconds)
        assert set(world.published(PLANNING_TABLES)) == tables
        assert_tables_equal_truth(world)
