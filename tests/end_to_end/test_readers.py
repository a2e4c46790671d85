"""Planners at work while tables are published again and again: no error, no mixed version, no waiting."""

import json
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.draft import Draft

MORNING = datetime(2026, 6, 30, 6, tzinfo=UTC)
PROGRAMS = 4
READERS_A_PROGRAM = 5
PUBLISHES = 50
KEPT = 3

# Five readers, each with connections of its own. Four open the link anew for every look; the fifth
# holds each connection until its file has been removed, and looks on. They end when told to.
PROGRAM = """
import json, os, sys, threading, time
import duckdb

link = sys.argv[1]
is_over = threading.Event()
found = []

def look(connection):
    [(rows, oldest, newest)] = connection.execute(
        "select count(*), min(release), max(release) from planning.sales_lines"
    ).fetchall()
    time.sleep(0.002)
    [(told_rows, told)] = connection.execute(
        "select row_count, release from planning.sync_status"
    ).fetchall()
    if not (rows == told_rows and oldest == newest == told):
        raise AssertionError(f"mixed: {rows}, {oldest}, {newest}, {told_rows}, {told}")
    return told

def open_and_look(counters):
    with duckdb.connect(link, read_only=True) as connection:
        counters["seen"].add(look(connection))
        counters["looks"] += 1

def hold_and_look(counters):
    with duckdb.connect(link, read_only=True) as connection:
        release = look(connection)
        [(path,)] = connection.execute(
            "select path from duckdb_databases() where database_name = current_database()"
        ).fetchall()
        while os.path.exists(path) and not is_over.is_set():
            if look(connection) != release:
                raise AssertionError(f"a held release changed from {release}")
            time.sleep(0.05)
        counters["after_removal"] += not os.path.exists(path) and look(connection) == release
        counters["seen"].add(release)
        counters["looks"] += 1

def read(way):
    counters = {"seen": set(), "looks": 0, "after_removal": 0, "error": None}
    try:
        while not is_over.is_set():
            way(counters)
            time.sleep(0.15)
    except Exception as error:
        counters["error"] = repr(error)
    found.append({**counters, "seen": sorted(counters["seen"])})

ways = [open_and_look] * (int(sys.argv[2]) - 1) + [hold_and_look]
threads = [threading.Thread(target=read, args=[way]) for way in ways]
[thread.start() for thread in threads]
print("reading", flush=True)
sys.stdin.readline()
is_over.set()
[thread.join() for thread in threads]
print(json.dumps(found))
"""


def publish_release(folder: Path, release: int) -> Path:
    """Write the release's number into two tables, and its number of rows into one, and publish them."""
    warehouse = folder / "warehouse.duckdb"
    with open_warehouse(warehouse, wait_seconds=0) as connection:
        connection.execute("create schema if not exists raw")
    with Draft.open(warehouse, folder, folder / "spill", memory_limit="500MB") as draft:
        draft.connection.execute(
            "create table planning.sales_lines as"
            f" select {release} as release, i as line_id from range(5000 + {release}) as r(i)"
        )
        draft.connection.execute(
            "create table planning.sync_status as"
            f" select {release} as release, 5000 + {release} as row_count"
        )
        moment = MORNING + timedelta(minutes=release)
        return draft.publish(published_at=moment, keep=KEPT).path.resolve()


def start_reading(link: Path) -> subprocess.Popen[str]:
    """A program whose readers have begun."""
    command = [sys.executable, "-c", PROGRAM, str(link), str(READERS_A_PROGRAM)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert process.stdout is not None
    assert process.stdout.readline() == "reading\n"
    return process


def all_counters(programs: list[subprocess.Popen[str]]) -> list[dict[str, Any]]:
    """Tell the readers to end; what each of them saw."""
    return [
        counters
        for program in programs
        for counters in json.loads(program.communicate("that will do\n")[0])
    ]


def test_twenty_readers_see_whole_releases_while_fifty_are_published(tmp_path: Path) -> None:
    """Nobody meets an error, a mixed version or a lock; who holds an old release reads it after its end."""
    publish_release(tmp_path, 0)
    programs = [start_reading(tmp_path / "planning.duckdb") for _ in range(PROGRAMS)]
    releases = {publish_release(tmp_path, release) for release in range(1, PUBLISHES + 1)}
    found = all_counters(programs)
    assert len(found) == PROGRAMS * READERS_A_PROGRAM == 20
    assert [counters["error"] for counters in found] == [None] * 20
    assert len(releases) == PUBLISHES
    total = Counter[str]()
    for counters in found:
        total.update(looks=counters["looks"], after_removal=counters["after_removal"])
        assert counters["looks"] >= 3
    assert len({release for counters in found for release in counters["seen"]}) > PUBLISHES / 2
    assert total["looks"] > 4 * PUBLISHES
    assert total["after_removal"] >= PROGRAMS


def test_a_mixed_release_would_be_seen(tmp_path: Path) -> None:
    """The readers of these tests notice a file whose tables are of two releases."""
    publish_release(tmp_path, 0)
    mixed = publish_release(tmp_path, 1)
    mixed.chmod(0o644)
    with duckdb.connect(mixed) as connection:
        connection.execute("update planning.sync_status set release = 0")
    (program,) = [start_reading(tmp_path / "planning.duckdb")]
    assert {counters["error"][:22] for counters in all_counters([program])} == {
        "AssertionError('mixed:"
    }
