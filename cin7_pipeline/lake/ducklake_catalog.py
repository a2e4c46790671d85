"""This program changes the catalog of a lake; a Python with the wheels of `requirements-lake.lock` runs it.

It reads one request as JSON from standard input and writes its answer as JSON to standard output. It imports
nothing of the pipeline, whose packages that Python does not have; `catalog.py` calls it.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
from duckdb import DuckDBPyConnection

EXTENSIONS = ("postgres_scanner", "ducklake")
MOST_ATTEMPTS = 5
EVERYONE = "everyone"


def main() -> None:
    """Do what the request asks for, or end with one line on what went wrong."""
    request = json.load(sys.stdin)
    try:
        with duckdb.connect(config={"autoinstall_known_extensions": "false"}) as connection:
            attach(connection, request)
            answer = ACTIONS[request["action"]](connection, request)
    except duckdb.Error as error:
        sys.exit(" ".join(str(error).split()))
    json.dump(answer, sys.stdout)


def attach(connection: DuckDBPyConnection, request: dict[str, Any]) -> None:
    """Open the lake as `lake`; the first time, its catalog is made.

    Without `data_inlining_row_limit 0` each version of each table would be a table of PostgreSQL.
    """
    # It would stand in the answer.
    connection.execute("set enable_progress_bar = false")
    is_remote = request["data_path"].startswith("s3://")
    for name in (*EXTENSIONS, *(["httpfs"] if is_remote else [])):
        if spec := find_spec(f"duckdb_extension_{name}"):
            [folder] = spec.submodule_search_locations or []
            [file] = Path(folder).rglob(f"{name}.duckdb_extension")
            connection.execute(f"load {literal(str(file))}")
    if is_remote:
        connection.execute(s3_secret())
    statement = (
        f"attach {literal(request['address'])} as lake (data_path {literal(request['data_path'])},"
        f" metadata_schema {literal(request['lake'])}, data_inlining_row_limit 0)"
    )
    for attempt in range(MOST_ATTEMPTS):
        try:
            connection.execute(statement)
        except duckdb.Error as error:
            # Two that make the catalog at the same time: one of them finds it made.
            if "already exists" not in str(error) or attempt + 1 == MOST_ATTEMPTS:
                raise
            time.sleep(1)
        else:
            return


def s3_secret() -> str:
    """Return the statement by which DuckDB reaches the object store that AWS's own variables name."""
    said = os.environ
    options = {
        "key_id": said.get("AWS_ACCESS_KEY_ID"),
        "secret": said.get("AWS_SECRET_ACCESS_KEY"),
        "session_token": said.get("AWS_SESSION_TOKEN"),
        "region": said.get("AWS_REGION") or said.get("AWS_DEFAULT_REGION"),
    }
    endpoint = urlsplit(said.get("AWS_ENDPOINT_URL", ""))
    if endpoint.netloc:
        options |= {"endpoint": endpoint.netloc, "url_style": "path"}
        options["use_ssl"] = str(endpoint.scheme == "https").lower()
    given = ", ".join(f"{name} {literal(value)}" for name, value in options.items() if value)
    return f"create secret (type s3, {given})"


def register(connection: DuckDBPyConnection, request: dict[str, Any]) -> dict[str, Any]:
    """Make the files of a release the tables of the account's schema: all of them at once, or none."""
    account = identifier(request["account"])
    connection.execute("begin")
    connection.execute(f"create schema if not exists lake.{account}")
    gone = set(tables(connection, request["account"]))
    message = f"{request['account']} {request['release']}"
    connection.execute(f"call lake.set_commit_message('cin7', {literal(message)})")
    for each in request["tables"]:
        name = f"lake.{account}.{identifier(each['name'])}"
        columns = f"from read_parquet({literal(each['local'])}) limit 0"
        connection.execute(f"create or replace table {name} as {columns}")
        connection.execute(f"comment on table {name} is {literal(each['about'])}")
        if each["file"]:
            call = f"call ducklake_add_data_files('lake', ?, ?, schema => {literal(request['account'])})"
            connection.execute(call, [each["name"], each["file"]])
        gone.discard(each["name"])
    for name in gone:
        connection.execute(f"drop table lake.{account}.{identifier(name)}")
    connection.execute("commit")
    return {"tables": len(request["tables"])}


def upkeep(connection: DuckDBPyConnection, request: dict[str, Any]) -> dict[str, Any]:
    """Renew the views over all accounts, forget old releases, and remove the files that nothing needs.

    What was forgotten is removed a while later, as a query may still be reading it; so is what was uploaded
    and never registered.
    """
    accounts = {name: tables(connection, name) for name in schemas(connection)}
    connection.execute("begin")
    connection.execute(f"create schema if not exists lake.{EVERYONE}")
    found = {table for each in accounts.values() for table in each}
    for table in sorted(found):
        parts = [
            f"select {literal(name)} as account, * from lake.{identifier(name)}.{identifier(table)}"
            for name, each in sorted(accounts.items())
            if table in each
        ]
        view = f"lake.{EVERYONE}.{identifier(table)}"
        connection.execute(f"create or replace view {view} as {' union all by name '.join(parts)}")
    connection.execute("commit")
    answer = {"accounts": len(accounts), "views": len(found)}
    for name, function, days in (
        ("forgotten", "ducklake_expire_snapshots", request["keep_days"]),
        ("removed", "ducklake_cleanup_old_files", request["grace_days"]),
        ("lost", "ducklake_delete_orphaned_files", request["grace_days"]),
    ):
        done = f"{function}('lake', older_than => now() - interval '{int(days)} days')"
        [(answer[name],)] = connection.execute(f"select count(*) from {done}").fetchall()
    return answer


def schemas(connection: DuckDBPyConnection) -> list[str]:
    """Return the schemas of accounts."""
    rows = connection.execute(
        "select schema_name from duckdb_schemas() where database_name = 'lake'"
    ).fetchall()
    return [name for (name,) in rows if name not in (EVERYONE, "main")]


def tables(connection: DuckDBPyConnection, schema: str) -> list[str]:
    """Return the tables of a schema of the lake."""
    query = (
        "select table_name from duckdb_tables() where database_name = 'lake' and schema_name = ?"
    )
    return [name for (name,) in connection.execute(query, [schema]).fetchall()]


def literal(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


ACTIONS: dict[str, Callable[[DuckDBPyConnection, dict[str, Any]], dict[str, Any]]] = {
    "register": register,
    "upkeep": upkeep,
}

if __name__ == "__main__":
    main()
