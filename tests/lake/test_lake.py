"""The lake: all tables of a release at once or none, whoever writes or is killed; the past; nobody else's."""

import json
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Timer
from typing import Any

import httpx
import pytest

from cin7_pipeline.lake import catalog, upload
from cin7_pipeline.lake.publish import look_after_lake, publish_to_lake
from tests.environment import bare_environment
from tests.lake import lakes
from tests.lake.lakes import READER, TABLES, Lake, publish, release
from tests.postgresql import MISSING, PROGRAMS, open_postgresql
from tests.sample_shop import cin7

pytestmark = [
    pytest.mark.skipif(PROGRAMS is None, reason=MISSING),
    pytest.mark.skipif(not lakes.PYTHON.exists(), reason=lakes.MISSING),
]
VERSIONS = [f"select max(version) from lake.{{}}.{table}" for table in TABLES]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Path]:
    """A PostgreSQL server for the tests of this file."""
    with open_postgresql() as socket:
        yield socket


@pytest.fixture
def lake(postgresql: Path, tmp_path: Path) -> Lake:
    """A lake of its own, in which there is nothing yet."""
    return Lake(postgresql, str(tmp_path / "files"), f"lake_{random.getrandbits(32)}")


def versions(lake: Lake, *accounts: str) -> set[int]:
    """The versions that the tables of accounts say."""
    queries = [query.format(account) for account in accounts for query in VERSIONS]
    return {rows[0][0] for rows in lake.ask(*queries)}


def test_analysts_read_all_accounts_and_the_past(lake: Lake, tmp_path: Path) -> None:
    """`everyone` is the sum of the accounts, a new column is null elsewhere, as-of is the release of then."""
    acme, beta = (lake.settings(tmp_path / name) for name in ("acme", "beta"))
    publish(acme, 1)
    publish(beta, 1)
    look_after_lake(acme)
    [[[then]]] = lake.ask("select strftime(now(), '%Y-%m-%d %H:%M:%S.%f')")
    publish(acme, 2, column="margin")
    found = lake.ask(
        "select account, sum(id)::int, max(version), max(margin)"
        " from lake.everyone.sales_lines group by all order by 1",
        "select (select sum(id) from lake.everyone.sales_lines)"
        " = (select sum(id) from lake.acme.sales_lines) + (select sum(id) from lake.beta.sales_lines)",
        "select sum(id)::int, max(version) from lake.acme.sales_lines"
        f" at (timestamp => timestamp '{then}')",
        "select count(*) from lake.acme.forecasts",
        "select comment from duckdb_tables() where schema_name = 'acme' and table_name = 'products'",
    )
    assert found == [
        [["acme", 190, 2, 1], ["beta", 45, 1, None]],
        [[True]],
        [[45, 1]],
        [[0]],
        [["It's products."]],
    ]
    assert int(lake.sql(f"select count(*) from pg_tables where schemaname = '{lake.name}'")) <= 28


def test_what_is_forgotten_leaves_exactly_the_live_files(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After expiry and cleaning there are the files of the releases that are there, and no others."""
    acme, beta = (lake.settings(tmp_path / name, lake_keep_days=1) for name in ("acme", "beta"))
    for version in (1, 2, 3):
        publish(acme, version)
    publish(beta, 1)
    lost = Path(lake.files, lake.name, "acme", "planning-lost", "sales_lines.parquet")
    lost.parent.mkdir()
    lost.write_bytes(next(Path(path) for path in lake.paths()).read_bytes())
    told = look_after_lake(acme)
    assert (told["forgotten"], told["removed"], told["lost"]) == (0, 0, 0)
    now = {"keep_days": 0, "grace_days": 0}
    told = catalog.call_catalog(acme, "upkeep", **now)
    live = lake.ask(
        *(
            f"select data_file from ducklake_list_files('lake', '{table}', schema => '{account}')"
            for table in TABLES
            for account in ("acme", "beta")
        )
    )
    assert lake.paths() == {path for rows in live for (path,) in rows}
    assert len(lake.paths()) == 2 * len(TABLES)
    assert told["removed"] + told["lost"] == 2 * len(TABLES) + 1
    assert versions(lake, "acme") == {3}


def test_after_a_rollback_analysts_read_what_planners_read(lake: Lake, tmp_path: Path) -> None:
    """A rollback, and another one forward, brings that release again; expiry leaves its files."""
    settings = lake.settings(tmp_path / "acme")
    publish(settings, 1)
    newest = publish(settings, 2)
    [[[then]]] = lake.ask("select strftime(now(), '%Y-%m-%d %H:%M:%S.%f')")
    with bare_environment(tmp_path, **lake.variables(settings.data_dir)):
        assert cin7("publish", "--rollback").exit_code == 0
        assert versions(lake, "acme") == {1}
        past = f"select max(version) from lake.acme.products at (timestamp => timestamp '{then}')"
        assert lake.ask(past) == [[[2]]]
        assert cin7("publish", "--rollback", "--to", newest).exit_code == 0
    catalog.call_catalog(settings, "upkeep", keep_days=0, grace_days=0)
    assert versions(lake, "acme") == {2}
    assert len(lake.paths()) == len(TABLES)


def test_a_release_that_is_registered_twice_keeps_its_files(lake: Lake, tmp_path: Path) -> None:
    """Killed after it was registered and before it noted so, it is brought again; expiry takes the first."""
    settings = lake.settings(tmp_path / "acme")
    publish(settings, 1)
    (settings.state_dir / "lake.json").unlink()
    assert publish_to_lake(settings).failures == {}
    catalog.call_catalog(settings, "upkeep", keep_days=0, grace_days=0)
    assert versions(lake, "acme") == {1}
    assert len(lake.paths()) == len(TABLES)


@pytest.mark.slow
def test_an_upload_that_breaks_off_shows_nothing_of_it(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Analysts keep the release before; the next publish brings the new one, and what was left is removed."""
    settings = lake.settings(tmp_path / "acme")
    publish(settings, 1)
    release(settings.data_dir, 2)

    def break_off(source: Path, files: list[str], target: str) -> None:
        whole(source, files[:1], target)
        msg = "the network is down"
        raise OSError(msg)

    whole = upload.upload
    with monkeypatch.context() as patched:
        patched.setattr(upload, "upload", break_off)
        assert "the network is down" in str(publish_to_lake(settings).failures["lake"])
    assert versions(lake, "acme") == {1}
    assert publish_to_lake(settings).failures == {}
    catalog.call_catalog(settings, "upkeep", keep_days=0, grace_days=0)
    assert versions(lake, "acme") == {2}
    assert len(lake.paths()) == len(TABLES)


def test_a_lake_that_is_down_takes_nothing_away(lake: Lake, tmp_path: Path) -> None:
    """What planners read is there, the failure names no password, and the next publish brings the release."""
    address = f"{lake.address} password=secret-of-the-lake".replace(str(lake.socket), "/nowhere")
    down, up = (
        lake.settings(tmp_path / "acme", publish_to=address),
        lake.settings(tmp_path / "acme"),
    )
    name = release(down.data_dir, 1)
    [failure] = publish_to_lake(down).failures.values()
    assert "the next publish brings it" in str(failure)
    assert "secret-of-the-lake" not in str(failure)
    assert down.published_path.resolve().parent.name == name
    with bare_environment(tmp_path, **lake.variables(up.data_dir)):
        told = cin7("lake")
    assert f"The lake {lake.name}: 1 accounts, 4 views, 0 forgotten" in told.output
    assert versions(lake, "acme") == {1}
    # Once is enough: it is not even asked again.
    assert (
        publish_to_lake(lake.settings(tmp_path / "acme", lake_python=Path("/nowhere"))).failures
        == {}
    )


def kill_while_registering(
    settings: Any, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> bool:
    """Publish, and kill the process that registers at some moment; tell whether it died of it."""
    died = []

    def run(command: list[str], **how: Any) -> subprocess.CompletedProcess[str]:
        how |= {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        text = how.pop("input")
        for name in ("capture_output", "timeout", "check"):
            how.pop(name)
        with subprocess.Popen(command, **how) as process:  # noqa: S603
            timer = Timer(chance.uniform(0.3, 2.0), process.kill)
            timer.start()
            out, err = process.communicate(text)
            timer.cancel()
        died.append(process.returncode == -signal.SIGKILL)
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    with monkeypatch.context() as patched:
        patched.setattr(catalog.subprocess, "run", run)
        failures = publish_to_lake(settings).failures
    assert bool(failures) == died[0]
    return died[0]


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_kill_while_registering_tears_nothing(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    """A process killed at any moment leaves the release before or the whole new one."""
    settings, chance = lake.settings(tmp_path / "acme"), random.Random(7)  # noqa: S311
    publish(settings, 1)
    killed, version, before = 0, 1, 1
    while killed < kills:
        version += 1
        release(settings.data_dir, version)
        if kill_while_registering(settings, chance, monkeypatch):
            killed += 1
        found = versions(lake, "acme")
        assert found in ({before}, {version})
        [before] = found
    publish(settings, version + 1)
    assert versions(lake, "acme") == {version + 1}


@pytest.mark.parametrize("looks", [4, pytest.param(20, marks=pytest.mark.slow)])
def test_accounts_that_publish_at_once_meet_no_conflict(
    lake: Lake, tmp_path: Path, looks: int
) -> None:
    """Accounts publish side by side, from the first on; a reader never sees two releases at once."""
    accounts, seen = ["acme", "beta", "cruz"], Event()

    def write(name: str) -> int:
        settings, version = lake.settings(tmp_path / name), 1
        while version == 1 or not seen.is_set():
            version += 1
            publish(settings, version)
        return version

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda name: publish(lake.settings(tmp_path / name), 1), accounts))
        request = {
            "address": lake.address,
            "lake": lake.name,
            "data_path": f"{lake.files}/{lake.name}/",
            "accounts": accounts,
            "queries": VERSIONS,
        }
        command = [lakes.PYTHON, "-c", READER, catalog.PROGRAM.parent]
        with subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            reader.stdin.write(json.dumps(request) + "\n")
            reader.stdin.flush()
            last = pool.map(write, accounts)
            try:
                mixed = [json.loads(reader.stdout.readline()) for _ in range(looks)]
            finally:
                seen.set()
            published = list(last)
            mixed += [json.loads(line) for line in reader.communicate()[0].splitlines()]
    assert not any(mixed)
    assert [versions(lake, name) for name in accounts] == [{version} for version in published]


def test_an_account_of_its_own_lake_is_read_by_its_role_alone(
    postgresql: Path, tmp_path: Path
) -> None:
    """A role that may use one catalog reads that one, is refused another, and writes nothing."""
    own, other = (
        Lake(postgresql, str(tmp_path / "files"), f"lake_{name}") for name in ("acme", "beta")
    )
    publish(own.settings(tmp_path / "acme"), 1)
    publish(other.settings(tmp_path / "beta"), 1)
    own.sql("create role acme login")
    own.sql("grant usage on schema lake_acme to acme")
    own.sql("grant select on all tables in schema lake_acme to acme")
    reader = Lake(postgresql, own.files, "lake_acme", user="acme")
    assert versions(reader, "acme") == {1}
    with pytest.raises(AssertionError, match="permission denied"):
        reader.ask("create table lake.acme.mine as select 1 as one")
    with pytest.raises(AssertionError, match=r"permission denied|Failed to"):
        Lake(postgresql, own.files, "lake_beta", user="acme").ask("from lake.beta.products")


@pytest.fixture
def object_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket of a simulated S3, which this process finds by AWS's own variables."""
    if not lakes.OBJECT_STORE.exists():
        pytest.skip(f"{lakes.OBJECT_STORE} is missing: install moto[server]==5.2.5 into .venv-lake")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = str(listener.getsockname()[1])
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with subprocess.Popen(  # noqa: S603
        [lakes.OBJECT_STORE, "-p", port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            while socket.socket().connect_ex(("127.0.0.1", int(port))):
                assert server.poll() is None
                time.sleep(0.1)
            httpx.put(f"http://127.0.0.1:{port}/bucket").raise_for_status()
            yield "s3://bucket/files"
        finally:
            server.kill()


@pytest.mark.slow
def test_files_go_to_an_object_store(postgresql: Path, tmp_path: Path, object_store: str) -> None:
    """With `s3://…` a release is uploaded whole, registered and read there, and its old files are removed."""
    lake = Lake(postgresql, object_store, "lake_s3")
    settings = lake.settings(tmp_path / "acme")
    for version in (1, 2):
        publish(settings, version)
    catalog.call_catalog(settings, "upkeep", keep_days=0, grace_days=0)
    [paths] = lake.ask("select file from glob('s3://bucket/files/**')")
    release = settings.published_path.resolve().parent.name
    folder = f"s3://bucket/files/lake_s3/acme/{release}-"
    assert {path.rpartition("/")[2] for [path] in paths} == {f"{table}.parquet" for table in TABLES}
    assert len(paths) == len(TABLES)
    assert all(path.startswith(folder) for [path] in paths)
    assert versions(lake, "acme") == {2}
