"""This module searches files for secret markers: as they are, and as the databases that they contain."""

import gzip
import re
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb

from tests.end_to_end.secret_markers import in_base64, spellings

# Databases consist of nothing for the most part.
EMPTY = re.compile(rb"\0{64,}")


def markers_in(folder: Path) -> list[str]:
    """Return every marker found below a folder, with the place."""
    texts, encoded = spellings(), in_base64()
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            continue
        for place, content in _contents(path):
            lower = content.lower()
            markers = {marker for text, marker in texts.items() if text in lower}
            markers |= {marker for text, marker in encoded.items() if text in content}
            where = f"{path.relative_to(folder)} {place}"
            found += [f"{marker!r} in {where}" for marker in sorted(markers)]
    return found


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name of a file, its bytes, and what it contains as the kind of file that it is."""
    yield "(its name)", path.name.encode()
    if path.is_dir():
        return
    raw = path.read_bytes()
    yield "(as it is)", EMPTY.sub(b"\0", raw)
    if raw.startswith(b"\x1f\x8b"):
        yield "(unzipped)", gzip.decompress(raw)
    if raw.startswith(b"SQLite format 3"):
        yield from _of_sqlite(path)
    if raw[8:12] == b"DUCK":
        yield from _of_duckdb(path)
    if raw.startswith(b"PAR1"):
        with duckdb.connect() as connection:
            yield from _of_query(connection, "(rows)", "from read_parquet(?)", [str(path)])


def _of_sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every row of every table; values that were zipped are unzipped."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        tables = [
            row[0] for row in db.execute("select name from sqlite_master where type = 'table'")
        ]
        for table in tables:
            values = [value for row in db.execute(f'select * from "{table}"') for value in row]
            yield f"(table {table})", "\n".join(map(str, values)).encode()
            for value in values:
                if isinstance(value, bytes) and value[:1] == b"\x78":
                    yield f"(zipped in table {table})", zlib.decompress(value)


def _of_duckdb(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield every column of every table of every schema, and how each was made."""
    with duckdb.connect(path, read_only=True) as connection:
        yield from _of_query(connection, "(definitions)", "from duckdb_tables()", [])
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables()"
        ).fetchall()
        for schema, table in tables:
            query = f'from "{schema}"."{table}"'
            yield from _of_query(connection, f"(table {schema}.{table})", query, [])


def _of_query(
    connection: duckdb.DuckDBPyConnection, place: str, query: str, values: list[str]
) -> Iterator[tuple[str, bytes]]:
    rows = connection.execute(query, values).fetchall()
    yield place, "\n".join(str(value) for row in rows for value in row).encode()
