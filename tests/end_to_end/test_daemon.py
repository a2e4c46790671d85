"""Dagster's own daemon on a fresh clone: a run that was killed holds its queue for minutes, not for ever."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import httpx
import pytest

from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from cin7_pipeline.window import Window
from dagster_project.definitions import defs
from dagster_project.specs import HISTORY
from tests.end_to_end.conftest import MORNING
from tests.end_to_end.scenario import Scenario, assert_tables_as_expected, open_scenario
from tests.expected import Read

PROJECT = Path(__file__).parents[2]
FIRST, LAST = date(2026, 5, 20), date(2026, 6, 5)
ENDED = {"COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED", "CANCELED"}

LAUNCH = """
mutation ($assets: [AssetKeyInput!], $days: [String!]) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $days}) {
    __typename
    ... on LaunchBackfillSuccess { backfillId }
    ... on PythonError { message }
  }
}
"""
STATUS = """
query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } }
}
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scenario]:
    """A small account; no data folder, and nothing but settings in Dagster's."""
    merchant = Merchant(opened_on=date(2026, 5, 1), size=Size(products=25, orders_per_day=3))
    home = tmp_path / "dagster_home"
    home.mkdir()
    shutil.copy(PROJECT / "data" / "dagster_home" / "dagster.yaml", home)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    with open_scenario(
        tmp_path / "data", monkeypatch, merchant=merchant, moment=MORNING, lookback_days=7
    ) as opened:
        opened.server.faults.latency_seconds = 0.05
        yield opened


def kill_a_run(scenario: Scenario, folder: Path) -> None:
    """Start a run by hand and kill it while it reads."""
    with subprocess.Popen([sys.executable, "-m", "dagster_project"], cwd=folder) as process:
        while not scenario.server.requests:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()


@contextmanager
def daemon(folder: Path) -> Iterator[httpx.Client]:
    """Dagster as `make ui` starts it, on a free port, until the block ends; a client of its API."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    options = ["-m", "dagster_project.definitions", "-h", "127.0.0.1", "-p", str(port)]
    with (
        (folder / "daemon.log").open("wb") as log,
        subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "dagster", "dev", *options],
            cwd=folder,
            stdout=log,
            stderr=subprocess.STDOUT,
        ) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http,
    ):
        try:
            while not _answers(http):
                assert process.poll() is None, (folder / "daemon.log").read_text()
                time.sleep(0.5)
            yield http
        finally:
            os.kill(process.pid, signal.SIGINT)


def _answers(http: httpx.Client) -> bool:
    try:
        return http.get("/server_info").is_success
    except httpx.TransportError:
        return False


def ask(http: httpx.Client, query: str, **variables: Any) -> dict[str, Any]:
    """The data of a GraphQL answer."""
    answer = http.post("/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    found: dict[str, Any] = answer["data"]
    return found


def launch_backfill(http: httpx.Client) -> str:
    """Ask for days of history and all that follows, as a person does on the asset page; the backfill's id."""
    graph = defs().resolve_asset_graph()
    keys = dg.AssetSelection.assets(HISTORY).downstream().resolve(graph)
    days = [str(FIRST + timedelta(days=n)) for n in range((LAST - FIRST).days + 1)]
    launched = ask(http, LAUNCH, assets=[{"path": list(key.path)} for key in keys], days=days)
    return str(launched["launchPartitionBackfill"]["backfillId"])


@pytest.mark.slow
def test_a_killed_run_does_not_hold_the_daemons_queue_for_ever(
    scenario: Scenario, tmp_path: Path
) -> None:
    """A run by hand is killed and stays started in Dagster's books; a backfill still gets its turn."""
    kill_a_run(scenario, tmp_path)
    with dg.DagsterInstance.get() as instance:
        (killed,) = instance.get_runs()
        assert killed.status is dg.DagsterRunStatus.STARTED
        with daemon(tmp_path) as http:
            backfill = launch_backfill(http)
            while (status := status_of(http, backfill)) not in ENDED:
                time.sleep(1)
        assert status == "COMPLETED_SUCCESS", (tmp_path / "daemon.log").read_text()
        found = instance.get_run_by_id(killed.run_id)
        assert found is not None
        assert found.status is dg.DagsterRunStatus.FAILURE
        assert scenario.settings.published_path.exists()
        scenario.reads = [Read(scenario.now, window) for window in windows_read(instance)]
    assert Window.days(FIRST, LAST) in [read.window for read in scenario.reads]
    assert_tables_as_expected(scenario)


def status_of(http: httpx.Client, backfill: str) -> str:
    """How far the backfill is."""
    return str(ask(http, STATUS, id=backfill)["partitionBackfillOrError"]["status"])


def windows_read(instance: dg.DagsterInstance) -> list[Window]:
    """What the runs that ended well have read of documents, in their order."""
    filters = dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS])
    records = sorted(instance.get_run_records(filters), key=lambda record: record.start_time or 0)
    prefix = "dagster/asset_partition_range_"
    return [
        Window.days(
            date.fromisoformat(record.dagster_run.tags[f"{prefix}start"]),
            date.fromisoformat(record.dagster_run.tags[f"{prefix}end"]),
        )
        for record in records
        if f"{prefix}start" in record.dagster_run.tags
    ]
