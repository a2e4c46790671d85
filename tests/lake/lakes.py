"""A lake on this machine's PostgreSQL, accounts that publish into it, and what an analyst reads there."""

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cin7_pipeline.lake import catalog
from cin7_pipeline.lake.publish import publish_to_lake
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.draft import Draft

PYTHON = Path(__file__).parents[2] / ".venv-lake" / "bin" / "python"
OBJECT_STORE = PYTHON.with_name("moto_server")
MISSING = "there is no Python with DuckLake: make lake-env"
TABLES = ("products", "sales_lines", "inventory")
QUERIES = """
import json, sys
sys.path.insert(0, sys.argv[1])
import duckdb, ducklake_catalog
request = json.load(sys.stdin)
connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
ducklake_catalog.attach(connection, request)
answers = [connection.execute(query).fetchall() for query in request["queries"]]
json.dump(answers, sys.stdout, default=str)
"""
# Reads the versions of all accounts in one transaction, again and again until its standard input ends; prints
# a line each time: the sets of versions that were mixed.
READER = """
import json, sys, threading
sys.path.insert(0, sys.argv[1])
import duckdb, ducklake_catalog
request = json.loads(sys.stdin.readline())
connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
ducklake_catalog.attach(connection, request)
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
while not ended.is_set():
    mixed = []
    connection.execute("begin")
    for account in request["accounts"]:
        found = {connection.execute(query.format(account)).fetchone() for query in request["queries"]}
        if len(found) > 1:
            mixed.append(str(found))
    connection.execute("commit")
    print(json.dumps(mixed), flush=True)
"""


@dataclass(frozen=True)
class Lake:
    """A lake: the socket of its PostgreSQL and the place of its files."""

    socket: Path
    files: str
    name: str = "lake"
    user: str = "postgres"

    @property
    def address(self) -> str:
        """What CIN7_PUBLISH_TO says."""
        return f"ducklake:postgres:host={self.socket} user={self.user} dbname=postgres"

    def settings(self, folder: Path, **others: Any) -> Settings:
        """The settings of an account that publishes here."""
        said = {"publish_to": self.address, "lake_files": self.files, "lake_name": self.name}
        return Settings(**{"data_dir": folder, "lake_python": PYTHON} | said | others)

    def variables(self, folder: Path) -> dict[str, str]:
        """The same in the environment, for a command."""
        said = {"DATA_DIR": folder, "LAKE_PYTHON": PYTHON, "PUBLISH_TO": self.address}
        said |= {"LAKE_FILES": self.files, "LAKE_NAME": self.name}
        return {f"CIN7_{name}": str(value) for name, value in said.items()}

    def ask(self, *queries: str) -> list[list[list[Any]]]:
        """What an analyst's queries answer."""
        request = {
            "address": self.address,
            "lake": self.name,
            "data_path": f"{self.files}/{self.name}/",
            "queries": queries,
        }
        command = [PYTHON, "-c", QUERIES, catalog.PROGRAM.parent]
        done = subprocess.run(  # noqa: S603
            command, input=json.dumps(request), capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers: list[list[list[Any]]] = json.loads(done.stdout)
        return answers

    def sql(self, statement: str) -> str:
        """What PostgreSQL itself answers to its superuser."""
        command = ["psql", "-h", self.socket, "-U", "postgres", "-Atc", statement]
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        return done.stdout.strip()

    def paths(self) -> set[str]:
        """The files that are there."""
        found = Path(self.files, self.name).rglob("*")
        return {str(path) for path in found if path.is_file()}


def release(folder: Path, version: int, *, column: str = "") -> str:
    """Make a release of an account: three tables that say its version, and one without rows."""
    folder.mkdir(exist_ok=True)
    warehouse = folder / "warehouse.duckdb"
    if not warehouse.exists():
        with duckdb.connect(str(warehouse)) as connection:
            connection.execute("create schema raw")
    more = f", 1 as {column}" if column else ""
    with Draft.open(warehouse, folder, folder / "spill", memory_limit="500MB") as draft:
        for table in TABLES:
            draft.connection.execute(
                f"create table release.planning.{table} as"
                f" select range as id, {version}::bigint as version{more} from range({10 * version})"
            )
            about = f"comment on table release.planning.{table} is 'It''s {table}.'"
            draft.connection.execute(about)
        draft.connection.execute("create table release.planning.forecasts (id bigint)")
        moment = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(days=version)
        return draft.publish(published_at=moment, keep=9).name


def publish(settings: Settings, version: int, **how: str) -> str:
    """Make a release and bring it into the lake."""
    name = release(settings.data_dir, version, **how)
    failures = publish_to_lake(settings).failures
    assert failures == {}
    return name
