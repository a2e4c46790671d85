"""What people read changes all at once or not at all, and never under an open connection."""

import json
import os
import signal
import stat
import time
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.warehouse import draft as drafts
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.draft import Draft

MORNING = datetime(2026, 6, 30, 6, tzinfo=UTC)
# More rows than one block of each file takes.
ROWS = 300_000
# DuckDB's main header: a checksum (8 bytes), "DUCK", the number of the storage format. From
# https://duckdb.org/docs/stable/internals/storage: format 65 is written and read since v1.2.0.
FORMAT_OF_1_2 = 65

PUBLISH_FOREVER = """
import pathlib
from tests.unit.warehouse.test_draft import release_again
print("started")
while True:
    release_again(pathlib.Path({folder!r}), 1, keep=3)
"""

READ_FOREVER = """
import duckdb, sys
print("started")
opened = 0
while True:
    with duckdb.connect({path!r}, read_only=True) as connection:
        versions = connection.execute(
            "select distinct version from planning.sales_lines"
            " union select version from planning.products"
        ).fetchall()
        assert len(versions) == 1, versions
    opened += 1
    if opened == 100:
        break
"""


def open_draft(folder):
    """The draft of the next release, beside the warehouse of the folder."""
    return Draft.open(folder / "warehouse.duckdb", folder, folder / "spill", memory_limit="500MB")


def fill(draft, version):
    """Make two planning tables that hold nothing but the version, and a table that is not published."""
    for table, rows in (("sales_lines", 20_000), ("products", 3)):
        draft.connection.execute(
            f"create table planning.{table} as"
            f" select {version} as version, i as line_id, 1.5::decimal(18, 4) as quantity"
            f" from range({rows}) as r(i)"
        )
    draft.connection.execute("comment on table planning.sales_lines is 'Dispatched ''sales''.'")
    draft.connection.execute("comment on column planning.sales_lines.quantity is 'In units.'")
    draft.connection.execute("create schema core")
    draft.connection.execute("create table core.inner_workings as select 1 as id")


def version_of(path):
    """The version that the published file shows."""
    with duckdb.connect(path, read_only=True) as connection:
        query = "select distinct version from planning.sales_lines"
        [(version,)] = connection.execute(query).fetchall()
    return version


@pytest.fixture
def folder(tmp_path):
    """A data folder with a warehouse."""
    make_warehouse(tmp_path)
    return tmp_path


def make_warehouse(folder):
    """Make a warehouse with one raw table."""
    with open_warehouse(folder / "warehouse.duckdb") as connection:
        connection.execute("create schema raw; create table raw.orders as select 7 as id")


def release_again(folder, version=1, *, keep=5, keep_past=True, moment=None):
    """Publish a release of a version, made in that minute of the morning."""
    with open_draft(folder) as draft:
        fill(draft, version)
        moment = moment or MORNING + timedelta(minutes=version)
        return draft.publish(published_at=moment, keep=keep, keep_past=keep_past)


def test_a_release_holds_the_planning_tables(folder):
    """The planning tables are there with rows, types and comments; nothing else that was built."""
    release = release_again(folder, moment=MORNING)
    assert release.path == folder / "releases" / "planning-20260630T060000Z" / "cin7.duckdb"
    assert release.tables == {"products": 3, "sales_lines": 20_000}
    assert release.bytes == release.path.stat().st_size > 0
    assert stat.S_IMODE(release.path.stat().st_mode) == 0o444
    with duckdb.connect(folder / "planning.duckdb", read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name, comment from duckdb_tables() order by all"
        ).fetchall()
        columns = connection.execute(
            "select column_name, data_type, comment from duckdb_columns()"
            " where table_name = 'sales_lines' order by column_index"
        ).fetchall()
    assert tables == [
        ("planning", "products", None),
        ("planning", "sales_lines", "Dispatched 'sales'."),
    ]
    assert columns == [
        ("version", "INTEGER", None),
        ("line_id", "BIGINT", None),
        ("quantity", "DECIMAL(18,4)", "In units."),
    ]


def test_links_are_relative_and_nothing_else_is_left(folder):
    """The data folder can be moved, and holds no draft and no write-ahead log."""
    release_again(folder, moment=MORNING)
    assert (folder / "releases" / "current").readlink().as_posix() == "planning-20260630T060000Z"
    assert (folder / "planning.duckdb").readlink().as_posix() == "releases/current/cin7.duckdb"
    assert (folder / "parquet").readlink().as_posix() == "releases/current/parquet"
    assert sorted(path.name for path in folder.iterdir()) == [
        "cin7.duckdb",
        "contract.json",
        "parquet",
        "planning.duckdb",
        "planning.html",
        "planning.xlsx",
        "releases",
        "tables.html",
        "warehouse.duckdb",
    ]
    assert sorted(path.name for path in (folder / "releases").iterdir()) == [
        ".lock",
        "current",
        "planning-20260630T060000Z",
    ]


def test_older_duckdb_can_open_a_release(folder):
    """A release is written in the storage format of DuckDB 1.2, unlike the warehouse itself."""
    release = release_again(folder, moment=MORNING)

    def storage_format(path):
        header = path.read_bytes()[:20]
        assert header[8:12] == b"DUCK"
        return int.from_bytes(header[12:20], "little")

    assert storage_format(release.path) == FORMAT_OF_1_2
    assert storage_format(folder / "warehouse.duckdb") > FORMAT_OF_1_2


def test_planning_tables_are_found_by_their_contract_name(folder):
    """`planning.sales_lines` is unambiguous where a client opens the link `planning.duckdb`."""
    release_again(folder, moment=MORNING)
    assert version_of(folder / "planning.duckdb") == 1


def test_clients_that_name_a_database_by_its_link_have_another_link(folder):
    """`attach` and the DuckDB shell name the database after the link: `cin7` keeps names apart."""
    release_again(folder, moment=MORNING)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'planning.duckdb'}' (read_only)")
        connection.execute("use planning")
        with pytest.raises(duckdb.BinderException, match="Ambiguous reference"):
            connection.execute("select * from planning.sales_lines")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'cin7.duckdb'}' (read_only)")
        assert connection.execute("select * from cin7.planning.sales_lines limit 1").fetchall()
        connection.execute("use cin7")
        assert connection.execute("select * from planning.sales_lines limit 1").fetchall()


def test_parquet_holds_the_same_rows(folder):
    """Every table is one Parquet file with the same rows, and the manifest counts them."""
    release = release_again(folder, moment=MORNING)
    assert json.loads((folder / "parquet" / "manifest.json").read_text()) == {
        "published_at": "2026-06-30T06:00:00+00:00",
        "release": "planning-20260630T060000Z",
        "inputs": "",
        "broken_rules": {},
        "tables": release.tables,
    }
    with duckdb.connect(release.path, read_only=True) as connection:
        for table in release.tables:
            here = f"select * from planning.{table}"
            there = f"select * from read_parquet('{folder / 'parquet' / table}.parquet')"
            for query in (f"{here} except all {there}", f"{there} except all {here}"):
                assert connection.execute(query).fetchall() == []


def test_a_release_keeps_the_order_of_its_tables(folder):
    """Sorted tables stay sorted in DuckDB and in Parquet, so that few of their blocks are read."""
    with open_draft(folder) as draft:
        draft.connection.execute(
            f"create table planning.days as select i as day from range({ROWS}) as r(i) order by day"
        )
        draft.publish(published_at=MORNING, keep=1)
    with duckdb.connect(folder / "planning.duckdb", read_only=True) as connection:
        for places in (
            "select day, rowid as place from planning.days",
            f"select day, file_row_number as place"
            f" from read_parquet('{folder}/parquet/days.parquet', file_row_number = true)",
        ):
            moved = f"select count(*), count(*) filter (day <> place) from ({places})"
            assert connection.execute(moved).fetchall() == [(ROWS, 0)]


def test_an_open_reader_keeps_its_version(folder):
    """A connection that was open before stays on the old rows; a new one sees the new ones."""
    release_again(folder, 1)
    link = folder / "planning.duckdb"
    with duckdb.connect(link, read_only=True) as reader:
        for version in range(2, 9):
            release_again(folder, version, keep=2)
        query = "select distinct version from planning.sales_lines"
        assert reader.execute(query).fetchall() == [(1,)]
        assert version_of(link) == 8


def test_a_query_that_runs_during_the_swap_is_right(folder):
    """A result that is fetched piece by piece across a publish comes from one version."""
    release_again(folder, 1)
    with duckdb.connect(folder / "planning.duckdb", read_only=True) as reader:
        result = reader.execute("select version from planning.sales_lines")
        seen = set(result.fetchmany(10))
        release_again(folder, 2, keep=1)
        while rows := result.fetchmany(5_000):
            seen |= set(rows)
    assert seen == {(1,)}


def test_readers_never_see_half_a_release(folder, start):
    """Another process that opens the link all the time finds one version in all tables."""
    release_again(folder, 1)
    reader = start(READ_FOREVER.format(path=str(folder / "planning.duckdb")))
    version = 1
    while reader.poll() is None:
        version += 1
        release_again(folder, version, keep=3)
    assert reader.returncode == 0
    assert version > 3


def test_a_killed_publish_leaves_the_last_release_whole(folder, start):
    """Whenever a publish is killed, the link shows a whole release, and the next one cleans up."""
    release_again(folder, 1)
    for seconds in (0.0, 0.03, 0.08, 0.15, 0.25):
        process = start(PUBLISH_FOREVER.format(folder=str(folder)))
        time.sleep(seconds)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert version_of(folder / "planning.duckdb") == 1
        assert (folder / "parquet" / "manifest.json").exists()
    release_again(folder, 2, keep=1)
    assert version_of(folder / "planning.duckdb") == 2
    assert not list((folder / "releases").glob("*.tmp*"))
    assert not (folder / "spill").exists()


@pytest.mark.parametrize("step", ["json.dumps", "_finalize", "set_mode", "Releases.show"])
def test_a_failed_publish_changes_nothing(folder, monkeypatch, step):
    """Whatever step fails, people keep the earlier release and no draft is left."""
    release_again(folder, 1)

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"{drafts.__name__}.{step}", fail)
    with pytest.raises(OSError, match="No space left"):
        release_again(folder, 2)
    monkeypatch.undo()
    assert version_of(folder / "planning.duckdb") == 1
    assert not list((folder / "releases").glob("*.tmp*"))
    assert release_again(folder, 2).tables


def test_only_the_newest_releases_are_kept(folder):
    """Older releases go with their Parquet files; `keep` counts the current one."""
    for version in range(1, 5):
        release_again(folder, version, keep=2)
    assert sorted(path.name for path in (folder / "releases").glob("planning-*")) == [
        "planning-20260630T060300Z",
        "planning-20260630T060400Z",
    ]


def test_the_linked_release_is_never_removed(folder):
    """A publish of an earlier moment is current, though newer ones exist."""
    for version in (3, 4, 1):
        release_again(folder, version, keep=1)
    assert version_of(folder / "planning.duckdb") == 1


def test_two_releases_of_one_second_have_two_names(folder):
    """A name is never used again: the next release of a second gets the next number."""
    names = [release_again(folder, 1, keep=2).name for _ in range(4)]
    assert names == [
        "planning-20260630T060100Z",
        "planning-20260630T060100Z-2",
        "planning-20260630T060100Z-3",
        "planning-20260630T060100Z-4",
    ]


def test_nothing_is_published_of_nothing(folder):
    """Without a warehouse, or without planning tables, the message says what to do first."""
    with open_draft(folder) as draft, pytest.raises(PipelineError, match="no planning table"):
        draft.publish(published_at=MORNING, keep=1)
    (folder / "warehouse.duckdb").unlink()
    with (
        pytest.raises(PipelineError, match="does not exist yet; read Cin7 first"),
        open_draft(folder),
    ):
        pass
    assert not (folder / "planning.duckdb").exists()


@pytest.mark.parametrize("name", ["parquet", "planning.duckdb"])
def test_a_folder_in_the_place_of_a_link_is_refused(folder, name):
    """A folder that somebody put where a link belongs is theirs to move; people keep what they read."""
    release_again(folder, 1)
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(PipelineError, match="is a folder where a link belongs"):
        release_again(folder, 2)
    assert version_of(folder / "cin7.duckdb") == 1


def test_a_draft_that_is_not_published_leaves_nothing(folder):
    """A build that was only a check, or failed, changes nothing that people read."""
    release_again(folder, 1)
    with open_draft(folder) as draft:
        fill(draft, 2)
    assert version_of(folder / "planning.duckdb") == 1
    assert [path.name for path in (folder / "releases").glob(".*")] == [".lock"]


def test_a_draft_reads_the_warehouse_and_never_writes_it(folder):
    """Models read `raw` from the warehouse; a statement that would change it is refused."""
    with open_draft(folder) as draft:
        assert draft.connection.execute("from raw.orders").fetchall() == [(7,)]
        with pytest.raises(duckdb.Error, match="read-only"):
            draft.connection.execute("delete from raw.orders")


def test_duckdb_and_parquet_flip_together(folder, monkeypatch):
    """Killed at any moment of showing a release, both ways of reading it show the same one."""
    release_again(folder, 1)
    monkeypatch.setattr("cin7_pipeline.warehouse.releases.fsync", kill)
    with pytest.raises(KeyboardInterrupt):
        release_again(folder, 2)
    release = (folder / "planning.duckdb").resolve().parent
    assert (folder / "parquet").resolve() == release / "parquet"
    assert release.name == "planning-20260630T060200Z"


def kill(_path):
    """What Ctrl-C raises."""
    raise KeyboardInterrupt


def test_releases_of_an_earlier_version_make_room(folder):
    """Where the database stood beside its folder, both go once enough releases are newer."""
    releases = folder / "releases"
    (releases / "planning-20260629T060000Z").mkdir(parents=True)
    (releases / "planning-20260629T060000Z.duckdb").touch()
    (folder / "planning.duckdb").symlink_to("releases/planning-20260629T060000Z.duckdb")
    release_again(folder, 1, keep=2, keep_past=False)
    assert (releases / "planning-20260629T060000Z.duckdb").exists()
    release_again(folder, 2, keep=2, keep_past=False)
    assert version_of(folder / "planning.duckdb") == 2
    assert sorted(path.name for path in releases.glob("planning-*")) == [
        "planning-20260630T060100Z",
        "planning-20260630T060200Z",
    ]
