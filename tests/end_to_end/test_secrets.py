"""Nothing that a run writes or says holds a credential or a person, whatever happens to it."""

import base64
import gzip
import json
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest

from tests import sample_shop as shop
from tests.end_to_end import noisy_server
from tests.end_to_end.echo_proxy import (
    Answerer,
    EchoProxy,
    cut_body,
    cut_record,
    error_page,
    open_echo_proxy,
    refusal,
    stack_trace,
    wrong_type,
)
from tests.end_to_end.searching import markers_in
from tests.end_to_end.secret_markers import ADDRESS, API_KEY, EMAIL, NOTE, PHONE, USERNAME, plant
from tests.unit.load.fake_account import Company

PROJECT = Path(__file__).parents[2]
# Dagster keeps what any library logs beside its own events.
LOGS_OF_ALL = """
python_logs:
  managed_python_loggers: [root, dlt, stamina]
  python_log_level: DEBUG
"""
# The whole job writes thousands of events.
A_FEW = ["raw/contacts", "raw/sales_orders", "raw/sales_order_lines", "planning/customers"]
PUBLISHED = "published/planning_duckdb"
BOM = {
    "id": 601,
    **shop.AGE,
    "products": [{"id": 6010, "productOptionId": 8, "code": "KIT", "qty": 1.0}],
}
JOB = {
    "id": 701,
    **shop.AGE,
    "modifiedDate": shop.ADJUSTMENT["modifiedDate"],
    "products": [{"id": 7010, "productOptionId": 8, "code": "KIT"}],
}
FAILURES: dict[str, Answerer] = {
    "a key that is told back": refusal(401),
    "a missing permission": refusal(403),
    "a filter that is told back": refusal(400),
    "an address that is told back": refusal(404),
    "a redirect": refusal(302, Location=f"https://elsewhere.test/{API_KEY}?user={USERNAME}"),
    "a throttle": refusal(429, Retry_After="1"),
    "a page of an error": error_page(500),
    "a page of a gateway": error_page(502),
    "a page instead of records": error_page(200),
    "a stack trace": stack_trace,
    "a cut answer": cut_record,
    "a cut body": cut_body,
    "text where a flag belongs": wrong_type("isActive"),
    "text where a moment belongs": wrong_type("createdDate"),
    "text where an id belongs": wrong_type("id"),
    "a list where text belongs": wrong_type("company", [NOTE]),
}
# One record is rejected, and the load goes on.
SET_ASIDE = (
    "text where a flag belongs",
    "text where a moment belongs",
    "a list where text belongs",
)


@dataclass
class Talk:
    """A folder for everything that is made, and a process that logs everything and works in it."""

    folder: Path
    server: EchoProxy
    company: Company
    process: subprocess.Popen[str]

    def do(self, *what: str) -> None:
        """Return when the process has done it; what it prints is kept in a file."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()
        with (self.folder / "stdout").open("a") as said:
            for line in self.process.stdout:
                if line == f"{noisy_server.DONE}\n":
                    return
                said.write(line)
        pytest.fail(f"{what} ended the process")

    def told(self, name: str = "stderr") -> str:
        """What was printed so far."""
        return (self.folder / name).read_text()


@contextmanager
def open_talk(folder: Path) -> Iterator[Talk]:
    """The shop with a secret marker in every field that is not declared, behind an echo proxy."""
    with shop.open_shop(folder / "data") as company:
        assert company.server is not None
        company.records_by_resource["v2/BomMasters"].append(dict(BOM))
        company.records_by_resource["ProductionJobs"].append(dict(JOB))
        assert plant(company) > 500
        company.faults.ignored_parameters = {"fields"}
        with (
            open_echo_proxy(company.server.base_url) as server,
            _process(folder, server) as process,
        ):
            yield Talk(folder, server, company, process)


@contextmanager
def _process(folder: Path, server: EchoProxy) -> Iterator[subprocess.Popen[str]]:
    home = folder / "dagster_home"
    home.mkdir()
    ours = (PROJECT / "data" / "dagster_home" / "dagster.yaml").read_text()
    (home / "dagster.yaml").write_text(ours + LOGS_OF_ALL)
    (folder / "tmp").mkdir()
    with (folder / "stderr").open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.noisy_server"],
            env=_environment(folder, server),
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )
        yield process
        process.stdin.close()
        process.wait(30)


def _environment(folder: Path, server: EchoProxy) -> dict[str, str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    return {
        **known,
        "CIN7_USERNAME": USERNAME,
        "CIN7_API_KEY": API_KEY,
        "CIN7_BASE_URL": server.base_url,
        "CIN7_TIME_ZONE": "Australia/Sydney",
        "CIN7_DATA_DIR": str(folder / "data"),
        "CIN7_CALLS_PER_SECOND": "1000",
        "CIN7_CALLS_PER_MINUTE": "100000",
        "DAGSTER_HOME": str(folder / "dagster_home"),
        "HOME": str(folder / "tmp"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONASYNCIODEBUG": "1",
        "PYTHONWARNINGS": "default",
    }


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Much was done well, and everything has failed once."""
    with open_talk(tmp_path_factory.mktemp("secrets")) as opened:
        opened.do("cin7", "check")
        opened.do("cin7", "sync", "--whole")
        opened.company.orders[0]["stage"] = "Changed since"  # which dlt merges
        opened.do("cin7", "sync", "--whole")
        look(opened)
        opened.do("job", *A_FEW, PUBLISHED)
        fail(opened)
        fail_in_dagster(opened, *A_FEW)
        spend_the_day(opened)
        yield opened


def look(talk: Talk) -> None:
    """What people ask between runs."""
    for asked in (["why", "SO-2"], ["why", shop.SKU], ["status", "--queries"], ["publish"]):
        talk.do("cin7", *asked)


def fail(talk: Talk) -> None:
    """A load against every failure, and a build with a broken rule."""
    for answer in FAILURES.values():
        talk.server.answer = answer
        talk.do("load", "contacts")
    talk.server.answer = lambda _: None
    with duckdb.connect(talk.folder / "data" / "warehouse.duckdb") as connection:
        connection.execute("insert into raw.sales_order_lines (sales_order_id, id) values (999, 1)")
    talk.do("cin7", "build")


def fail_in_dagster(talk: Talk, *assets: str) -> None:
    """The job with a key that is refused, with an error that shows a person, and with one as a moment."""
    for name in ("a key that is told back", "a page of an error", "text where a moment belongs"):
        talk.server.answer = FAILURES[name]
        talk.do("job", *assets)
    talk.server.answer = lambda _: None


def spend_the_day(talk: Talk) -> None:
    """A throttle of hours, and what every command says after it."""
    talk.server.answer = refusal(429, Retry_After="9000")
    for asked in (["check"], ["sync"], ["status"]):
        talk.do("cin7", *asked)


def assert_everything_happened(talk: Talk) -> None:
    """Each step ended as planned and was logged in full, so that it could have told."""
    told = talk.told()
    assert told.count("The load of contacts failed.\nTraceback") == len(FAILURES) - len(SET_ASIDE)
    for text in ("401", "403", "400", "404", "429", "redirects to", "502", "no usable id"):
        assert text in told
    assert "core.included_lines: " in told
    assert told.count("job succeeded: True") == 1
    assert told.count("job succeeded: False") >= 3
    assert "end the pause with `cin7 forget pause`" in told
    assert "Closing writer for" in told  # dlt, by its own log or by Dagster's
    assert "DEBUG:httpcore.http11:receive_response_headers.complete" in told
    assert " - dagster - DEBUG - " in told


def test_every_failure_came_to_pass(talk: Talk) -> None:
    """Nothing of what was to be searched is missing."""
    assert_everything_happened(talk)


def test_no_file_or_log_holds_a_credential_or_a_person(talk: Talk) -> None:
    """No secret marker is in any table, release, state, event, log, trace or output, in any spelling."""
    assert markers_in(talk.folder) == []


def test_what_may_be_stored_was_stored(talk: Talk) -> None:
    """The records with markers were read: the names of businesses stand where no person does."""
    with duckdb.connect(talk.folder / "data" / "planning.duckdb", read_only=True) as connection:
        companies = connection.execute("select company from planning.customers").fetchall()
    assert ("Café Nine",) in companies


@pytest.mark.slow
def test_whole_runs_tell_nothing(tmp_path: Path) -> None:
    """The whole job, a re-sync, and the whole job again with a broken rule and at failures: no marker."""
    with open_talk(tmp_path) as talk:
        talk.do("cin7", "check")
        talk.do("job")
        talk.do("cin7", "resync", "--from", "2026-06-25", "--to", "2026-06-30")
        look(talk)
        fail(talk)
        talk.do("job")
        fail_in_dagster(talk)
        spend_the_day(talk)
        assert_everything_happened(talk)
        assert markers_in(tmp_path) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A marker is found in each kind of file and in each spelling, so that finding none means something."""
    (tmp_path / "zipped").write_bytes(gzip.compress(PHONE.encode()))
    (tmp_path / "log").write_text(json.dumps({"told": NOTE}))
    (tmp_path / "quoted").write_text(quote(ADDRESS))
    (tmp_path / "encoded").write_bytes(base64.b64encode(f"a{NOTE}".encode()))
    (tmp_path / "header").write_bytes(base64.b64encode(f"{USERNAME}:{API_KEY}".encode()))
    (tmp_path / f"of {EMAIL}").touch()
    with sqlite3.connect(tmp_path / "events.db") as db:
        db.execute("create table t as select ? as told", (zlib.compress(API_KEY.encode()),))
    with duckdb.connect(tmp_path / "tables.duckdb") as connection:
        connection.execute("create table t as select 'x' || i as told from range(5000) as r(i)")
        connection.execute("insert into t values (?)", [NOTE])
        connection.execute(f"copy t to '{tmp_path / 'rows.parquet'}' (compression zstd)")
    found = {line.split(" in ")[1].split(" (")[0] for line in markers_in(tmp_path)}
    names = {path.name for path in tmp_path.iterdir()}
    assert found == names
