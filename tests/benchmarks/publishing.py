"""Release and read: what a release costs beyond its tables, and a planner's ten questions to it.

The planning tables of half a year are built and repeated for further items until the release is large. A
question is asked in a process that just began: first of a file that the operating system has forgotten, then,
in another process, of one that it still holds in memory.
"""

import json
import os
import shutil
import statistics
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from cin7_pipeline.files import fsync
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import publish_release
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.draft import STORAGE_VERSION, Draft
from cin7_pipeline.warehouse.releases import Releases
from cin7_pipeline.warehouse.sql import identifier, literal
from tests.benchmarks.measuring import Cost, Finding, Way, cost, costs
from tests.benchmarks.models_account import account_settings, read_shop, repeat_shop
from tests.benchmarks.orders import NOW
from tests.benchmarks.publishing_queries import QUERIES, choose

BUILT_PERIODS = 2
# About 2 GB of tables, in as many items as the account of the models has, times this.
REPETITIONS = 8
ROUNDS = 5
MOST_MILLISECONDS = 100
SHIFTED = ("product_option_id", "document_id", "sales_order_id", "purchase_order_id", "transfer_id")
NAMED = ("sku", "order_number")
HELD = FROM_DISK, FROM_MEMORY = ("disk", "memory")


def findings(folder: Path) -> Iterator[Finding]:
    """What a release costs, and how long its readers wait, in the order it has and in none."""
    large, copies = folder / "large", folder / "copies"
    cost(Way("publishing:prepare", (folder / "built", large)).command)
    found = costs(
        {
            "publish": Way("publishing:release", (large,)),
            "copy": Way("publishing:copy_release", (large, copies)),
        }
    )
    release = _shown(large)
    yield _publishing(release, found)
    unsorted = folder / "unsorted.duckdb"
    cost(Way("publishing:copy_unsorted", (large, unsorted)).command)
    yield from _reading(release, unsorted, folder / "answers.jsonl")


def _publishing(release: Path, found: Mapping[str, Cost]) -> Finding:
    ours, copied = found["publish"], found["copy"]
    gigabytes = release.stat().st_size / 1e9
    figures = (
        f"{ours.cpu:.1f} s / {copied.cpu:.1f} s of CPU, {ours.wall:.1f} s / {copied.wall:.1f} s in all,"
        f" {ours.peak_mb:,.0f} MB of memory"
    )
    return Finding(f"A release of {gigabytes:.2f} GB / a copy of its files, synced", figures)


def _reading(release: Path, unsorted: Path, note: Path) -> Iterator[Finding]:
    parameters = json.dumps(choose(release))
    for _ in range(ROUNDS):
        for query in QUERIES:
            for file in (release, unsorted):
                _forget(file)
                for held in HELD:
                    way = Way("publishing_queries:ask", (file, parameters, query, note, held))
                    cost(way.command)
    answers = _answers(note)
    for query in QUERIES:
        ours, theirs = (
            {held: answers[str(f), query, held] for held in HELD} for f in (release, unsorted)
        )
        figures = f"{_milliseconds(ours)}; unsorted {_milliseconds(theirs)}"
        is_met = ours[FROM_DISK] < MOST_MILLISECONDS
        yield Finding(f"A planner asks: {query}", figures, "< 100 ms from disk", is_met)


def _forget(file: Path) -> None:
    """Let the operating system read the file from its disk again (where it can be told to)."""
    if hasattr(os, "posix_fadvise"):
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _milliseconds(answers: Mapping[str, float]) -> str:
    return f"{answers[FROM_DISK]:.0f} ms from disk, {answers[FROM_MEMORY]:.0f} ms from memory"


def _answers(note: Path) -> dict[tuple[str, str, str], float]:
    """The median wall milliseconds by file, query, and whether the file was held in memory."""
    taken: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    for line in note.read_text(encoding="utf-8").splitlines():
        file, query, held, milliseconds = json.loads(line)
        taken[file, query, held].append(milliseconds)
    return {asked: statistics.median(each) for asked, each in taken.items()}


def prepare(built_dir: str, large_dir: str) -> None:
    """A warehouse with the planning tables of half a year, repeated for further items."""
    built = Path(built_dir)
    settings = repeat_shop(read_shop(built / "shop"), built / "account", periods=BUILT_PERIODS)
    publish_release(settings)
    with open_warehouse(account_settings(Path(large_dir)).warehouse_path) as connection:
        connection.execute(f"attach {literal(str(settings.published_path))} as built (read_only)")
        connection.execute("create schema raw; create schema planning")
        columns = connection.execute(
            "select table_name, list(column_name order by column_index) from duckdb_columns()"
            " where database_name = 'built' and schema_name = 'planning' group by table_name"
        ).fetchall()
        sorted_by = {
            m.table: m.sorted_by for m in load_catalogue().models if m.schema == "planning"
        }
        for table, names in columns:
            order = f" order by {', '.join(sorted_by[table])}" if sorted_by[table] else ""
            connection.execute(f"{_repeated(table, names)}{order}")


def _repeated(table: str, names: list[str]) -> str:
    """The table once for each range of items; what has no item in it once."""
    values = ", ".join(f"{_value(name)} as {identifier(name)}" for name in names)
    times = REPETITIONS if {"product_option_id", "unique_id"} & set(names) else 1
    return (
        f"create table planning.{table} as select {values}"
        f" from built.planning.{table} cross join range({times}) as r(repetition)"
    )


def _value(name: str) -> str:
    column = identifier(name)
    if name in SHIFTED:
        return f"{column} + repetition * 1_000_000_000_000"
    if name in NAMED:
        return f"{column} || '/' || repetition"
    if name == "unique_id":
        return f"replace({column}, '|', '/' || repetition || '|')"
    return column


def release(data_dir: str) -> None:
    """Write the tables into a release and show it; only the newest release stays."""
    settings = account_settings(Path(data_dir))
    opened = Draft.open(
        settings.warehouse_path,
        settings.data_dir,
        settings.state_dir / "spill",
        memory_limit=f"{settings.memory_limit_mb}MB",
    )
    with opened as draft:
        tables = draft.connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'warehouse' and schema_name = 'planning'"
        ).fetchall()
        draft.connection.execute("set preserve_insertion_order = true")
        for (table,) in tables:
            draft.connection.execute(
                f"create table release.planning.{table} as from warehouse.planning.{table}"
            )
        draft.publish(published_at=NOW, keep=1)


def copy_release(data_dir: str, target: str) -> None:
    """The least there is to do: the same files copied, and waited for until they are on the disk."""
    release = _shown(Path(data_dir))
    shutil.rmtree(target, ignore_errors=True)
    copied = Path(target)
    shutil.copytree(release.parent, copied)
    for file in copied.rglob("*.*"):
        fsync(file)


def _shown(data_dir: Path) -> Path:
    releases = Releases(data_dir)
    name = releases.shown()
    assert name is not None
    return releases.file(name)


def copy_unsorted(data_dir: str, target: str) -> None:
    """The tables of the release in no order, in the same format."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(str(_shown(Path(data_dir))))} as release (read_only)")
        options = f"storage_version {literal(STORAGE_VERSION)}"
        connection.execute(f"attach {literal(target)} as copied ({options})")
        connection.execute("create schema copied.planning")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'release'"
        ).fetchall()
        for (table,) in tables:
            connection.execute(
                f"create table copied.planning.{table} as"
                f" from release.planning.{table} order by hash(rowid)"
            )
