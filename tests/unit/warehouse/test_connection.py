"""Connections are short, and a file that is in use says who uses it."""

import signal
import threading
import time

import duckdb
import pytest

from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.warehouse.connection import open_warehouse

HOLD = """
import duckdb, sys
connection = duckdb.connect({path!r}, read_only={read_only})
print("open")
sys.stdin.readline()
"""

INTERRUPT = """
import pathlib, signal
from cin7_pipeline.warehouse.connection import open_warehouse
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    with open_warehouse(pathlib.Path({path!r})) as connection:
        connection.execute("begin transaction; insert into t values (2)")
        print("running")
        connection.execute("select sum(hash(i)) from range(400000000) as r(i)")
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.fixture
def path(tmp_path):
    """A warehouse with one table."""
    path = tmp_path / "data" / "warehouse.duckdb"
    with open_warehouse(path) as connection:
        connection.execute("create table t as select 1 as id")
    return path


def test_a_connection_speaks_utc(path):
    """Whatever the machine's time zone, moments are shown in UTC."""
    with open_warehouse(path) as connection:
        zone = connection.execute("select current_setting('TimeZone')").fetchall()
    assert zone == [("UTC",)]


def test_a_connection_is_closed_when_its_block_fails(path):
    """After an error the file is free and nothing uncommitted is in it."""
    with pytest.raises(duckdb.ConversionException), open_warehouse(path) as connection:
        connection.execute("begin transaction; insert into t values (2); select 'x'::int")
    with pytest.raises(duckdb.ConnectionException):
        connection.execute("select 1")
    with open_warehouse(path, wait_seconds=0) as again:
        assert again.execute("select id from t").fetchall() == [(1,)]


@pytest.mark.parametrize("read_only", [True, False])
def test_a_file_in_use_names_the_process(path, start, read_only):
    """After the wait the message names the process that has the file open, and what to do."""
    process = start(HOLD.format(path=str(path), read_only=read_only))
    with (
        pytest.raises(WarehouseBusy, match=rf"PID {process.pid}\).*close that") as caught,
        open_warehouse(path, wait_seconds=0.3),
    ):
        pytest.fail("the file was free")
    assert "\n" not in str(caught.value)


def test_a_file_that_gets_free_is_opened(path, start):
    """Whoever waits gets the file as soon as the other process closes it."""
    process = start(HOLD.format(path=str(path), read_only=False))
    closing = threading.Timer(0.5, process.kill)
    closing.start()
    with open_warehouse(path, wait_seconds=20) as connection:
        assert connection.execute("select id from t").fetchall() == [(1,)]


def test_readers_share_a_file(path, start):
    """A reader in another process does not keep us from reading."""
    start(HOLD.format(path=str(path), read_only=True))
    with open_warehouse(path, read_only=True, wait_seconds=0) as connection:
        assert connection.execute("select id from t").fetchall() == [(1,)]
        with pytest.raises(duckdb.InvalidInputException, match="read-only"):
            connection.execute("insert into t values (2)")


def test_our_own_open_connection_is_named(path):
    """A file that this very process holds in another mode is busy, too."""
    with (
        open_warehouse(path),
        pytest.raises(WarehouseBusy, match="this process"),
        open_warehouse(path, read_only=True, wait_seconds=0),
    ):
        pytest.fail("the file was free")


def test_a_missing_file_cannot_be_read(tmp_path):
    """Reading a warehouse that was never made says how to make it, and makes none."""
    with (
        pytest.raises(PipelineError, match="does not exist yet; read Cin7 first: cin7 sync"),
        open_warehouse(tmp_path / "none.duckdb", read_only=True),
    ):
        pytest.fail("there was a file")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_fails_at_once(tmp_path):
    """Only a file in use is worth waiting for."""
    path = tmp_path / "warehouse.duckdb"
    path.write_text("this is not a database, but long enough to be looked at" * 100)
    with pytest.raises(duckdb.IOException, match="not a valid"), open_warehouse(path):
        pytest.fail("it was a database")


def test_ctrl_c_during_a_query_is_ctrl_c(path, start):
    """An interrupted query ends the block like any Ctrl-C, and nothing of it is kept."""
    process = start(INTERRUPT.format(path=str(path)))
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=30)[0] == "interrupted\n"
    with open_warehouse(path, wait_seconds=0) as connection:
        assert connection.execute("select id from t").fetchall() == [(1,)]
