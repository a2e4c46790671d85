"""What goes wrong in an installation, and the commands that repair it, as the README has them."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cin7_pipeline.commands.errors import FREE_SPACE
from cin7_pipeline.sandbox.server.server import SandboxServer
from tests.sample_shop import API_KEY, CIN7, cin7, copied, enter, open_shop, sale
from tests.unit.load.fake_account import NOW, Company

Tables = dict[str, set[tuple[Any, ...]]]

NEW_KEY = "a-key-that-is-new"
VOIDS = [
    sale(order_id, f"VOID-{order_id}", age=200, isVoid=True, status="VOID")
    for order_id in range(900, 930)
]
ALL_HISTORY = ("--from", "2025-12-01", "--to", "2026-07-01")
MONTH_OF_VOIDS = ("--from", "2025-12-01", "--to", "2025-12-31")
# What a run says of itself, and not of the account.
OF_THE_RUNS = {"sync_status", "sync_coverage"}
# What says that something could not be read; all else stays as it was.
TELL_OF_FAILURES = {"sync_status", "data_issues"}
# Whether an item was in stock on a day is known from that day's snapshot alone.
OF_PAST_STOCK = {"inventory_daily", "demand_series_days", "stock_history"}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A shop with many old voids whose whole history was read and published once."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        open_shop(tmp_path_factory.mktemp("shop")) as opened,
    ):
        opened.orders.extend(deepcopy(VOIDS))
        enter(opened, monkeypatch)
        succeed("resync", *ALL_HISTORY)
        yield opened


@pytest.fixture
def data(company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own after that; what it changes in Cin7 is undone behind it."""
    with copied(company, tmp_path / "data") as copy:
        enter(copy, monkeypatch)
        yield copy.folder


def succeed(*arguments: str) -> str:
    """The output of a command that is expected to do all that was asked for."""
    result = cin7(*arguments)
    assert result.exit_code == 0, result.output
    return result.output


def fail(*arguments: str) -> str:
    """The complaint of a command that is expected to refuse."""
    result = cin7(*arguments)
    assert result.exit_code == 1, result.output
    return result.stderr


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """What a query finds in a database that nobody writes."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()


def published(data: Path) -> Tables:
    """Every table as planners read it now."""
    listed = "select table_name from duckdb_tables() where schema_name = 'planning'"
    with duckdb.connect(str(data / "planning.duckdb"), read_only=True) as connection:
        names = [name for (name,) in connection.execute(listed).fetchall()]
        return {name: set(connection.execute(f"from planning.{name}").fetchall()) for name in names}


@contextmanager
def another_key(company: Company, api_key: str) -> Iterator[None]:
    """The account at the same address, opened by a new key; the old one is dead from that moment."""
    first = company.server
    assert first is not None
    port = int(first.base_url.split(":")[2].split("/")[0])
    first.stop()
    try:
        with SandboxServer(company, clock=lambda: NOW, api_key=api_key, limits=None, port=port):
            yield
    finally:
        first.start()


def changed_tables(before: Tables, after: Tables) -> set[str]:
    """The published tables whose rows differ."""
    return {name for name in before if before[name] != after[name]}


def test_after_a_rotated_key_a_new_one_goes_on_where_the_old_one_stopped(
    company: Company, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dead key is refused in one line that says where to look; its successor is the same account."""
    before = published(data)
    with another_key(company, NEW_KEY):
        complaint = fail("sync").splitlines()[-1]
        assert "401" in complaint
        assert "the key was generated anew: compare CIN7_USERNAME and CIN7_API_KEY" in complaint
        assert API_KEY not in complaint
        assert changed_tables(before, published(data)) == TELL_OF_FAILURES
        monkeypatch.setenv("CIN7_API_KEY", NEW_KEY)
        assert "may read" in succeed("check")
        succeed("sync")
    assert published(data)["sales_lines"] == before["sales_lines"]


def test_a_lost_warehouse_is_read_again_but_for_what_cin7_forgot(
    company: Company, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planners keep the release; history and a sync bring all back but past stock and deleted documents."""
    monkeypatch.setenv("CIN7_AS_OF", (NOW + timedelta(days=1)).isoformat())
    del company.orders[0]
    succeed("sync")
    before = published(data)
    (data / "warehouse.duckdb").unlink()
    (data / "warehouse.duckdb.wal").unlink(missing_ok=True)
    assert "Published: " in succeed("status")
    assert "run `cin7 sync`" in fail("publish")
    assert published(data) == before
    succeed("resync", *ALL_HISTORY)
    succeed("sync")
    after = published(data)
    lost = {name: before[name] - after[name] for name in before.keys() - OF_THE_RUNS}
    added = {name: after[name] - before[name] for name in before.keys() - OF_THE_RUNS}
    assert {name for name, found in lost.items() if found} == {*OF_PAST_STOCK, "excluded_lines"}
    assert {name for name, found in added.items() if found} == {
        "demand_series_days",
        "stock_history",
    }
    assert {str(row[0]) for row in lost["inventory_daily"]} == {"2026-07-01"}
    days = "demand_series_days"
    assert {row[:3] for row in lost[days]} == {row[:3] for row in added[days]}
    assert {row[1] for row in lost["excluded_lines"]} == {101}


@pytest.mark.slow
def test_a_full_disk_loses_nothing_at_any_step(company: Company, data: Path) -> None:
    """Reading, building and publishing each stop with one line; afterwards a sync brings everything."""
    before = published(data)
    company.orders.extend(sale(order_id, f"SO-{order_id}") for order_id in range(2000, 2300))
    for command, bytes_free, words in (
        ("publish", 50_000, "releases/.draft.tmp"),
        ("sync", 64_000, "warehouse.duckdb"),
        ("publish", 300_000, "releases/.draft.tmp"),
    ):
        complaint = complaint_on_a_full_disk(command, bytes_free)
        assert words in complaint
        assert complaint.endswith(FREE_SPACE)
        assert published(data) == before
        assert not list((data / "releases").glob("*.tmp*"))
    succeed("sync")
    after = published(data)
    assert len(after["sales_lines"] - before["sales_lines"]) == 300
    assert not before["sales_lines"] - after["sales_lines"]


def complaint_on_a_full_disk(command: str, bytes_free: int) -> str:
    """The last line of a command that runs where no file can grow beyond so many bytes."""
    process = subprocess.run(  # noqa: S603
        [*CIN7, command],
        env=os.environ,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_free, bytes_free)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert process.returncode == 1, process.stdout
    assert "Traceback" not in process.stderr
    return process.stderr.splitlines()[-1]


def test_a_bad_release_is_rolled_back_until_the_next_publish(data: Path) -> None:
    """Planners read the release before at once, `status` says so, and a publish goes forward again."""
    good = published(data)
    wrong = data / "settings" / "channels.csv"
    wrong.parent.mkdir()
    wrong.write_text("priority,field,pattern,channel,is_included\n1,source,%,Everything,no\n")
    succeed("publish")
    assert not published(data)["sales_lines"]
    assert "People now read planning-" in succeed("publish", "--rollback")
    assert published(data) == good
    assert "This is no longer the newest release: rolled back to planning-" in succeed("status")
    succeed("publish")
    assert not published(data)["sales_lines"]
    assert "rolled back" not in succeed("status")


def test_an_unknown_release_is_answered_with_the_kept_ones(data: Path) -> None:
    """Exit code 1 with every name there is, or a usage error where nothing was to be rolled back."""
    complaint = fail("publish", "--rollback", "--to", "planning-20200101T000000Z")
    assert (data / "releases" / "current").readlink().name in complaint
    assert cin7("publish", "--to", "planning-20200101T000000Z").exit_code == 2


def test_a_purge_of_voids_stops_the_run_until_somebody_agrees(
    company: Company, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many old documents that Cin7 drops at once are refused first; on request they are marked deleted."""
    before = published(data)
    company.orders[:] = [
        order for order in company.orders if not order["reference"].startswith("V")
    ]
    complaint = fail("resync", *MONTH_OF_VOIDS)
    assert "sales_orders: Cin7 did not return 30 of 30 records that it had before" in complaint
    assert "raise CIN7_GONE_SHARE_LIMIT for one run" in complaint
    assert changed_tables(before, published(data)) == TELL_OF_FAILURES
    monkeypatch.setenv("CIN7_GONE_SHARE_LIMIT", "1")
    succeed("resync", *MONTH_OF_VOIDS)
    after = published(data)
    ids = ", ".join(str(order["id"]) for order in VOIDS)
    gone = f"from planning.excluded_lines where rule = 'gone' and document_id in ({ids})"
    assert len(rows(data / "planning.duckdb", gone)) == 30
    assert rows(data / "warehouse.duckdb", "select count(*) from raw.sales_orders") == [(37,)]
    assert changed_tables(before, after) - OF_THE_RUNS == {"excluded_lines"}
