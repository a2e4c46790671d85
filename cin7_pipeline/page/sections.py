"""This module reads the sections of the page: a file in `sql/page/` each, a header and a query."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.models.catalogue import SQL_FOLDER
from cin7_pipeline.models.sql_model import ModelError, read_file
from cin7_pipeline.text import written

SHOWN_AS = ("facts", "tiles", "table", "area", "bars", "items")


@dataclass(frozen=True)
class Section:
    """What is asked, and how the answer is shown.

    `shown_as` is facts (lines of the head), tiles (label, value, note), table, area or bars (a chart of x,
    amount and color), or items (what the search finds). A table shows its first `limit` rows, the search
    finds them. `nothing` is said where there is no row.
    """

    name: str
    title: str
    about: str
    shown_as: str
    place: int
    query: str
    limit: int = 15
    nothing: str = "Nothing today."


@dataclass(frozen=True)
class Answer:
    """The rows of a section that are shown, and how many there are."""

    section: Section
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int


@cache
def load_sections(folder: Path = SQL_FOLDER / "page") -> tuple[Section, ...]:
    """Return the sections in the order of the page.

    Raises:
        ModelError: a file breaks the format.
    """
    found = []
    for path in sorted(folder.glob("*.sql")):
        required = {"title", "about", "shown_as", "place"}
        header, query = read_file(path, required, {"limit", "nothing"})
        if header["shown_as"] not in SHOWN_AS:
            msg = f"{path}: shown_as is {header['shown_as']!r}; write one of {', '.join(SHOWN_AS)}"
            raise ModelError(msg)
        found.append(Section(name=path.stem, query=query, **header))
    return tuple(sorted(found, key=lambda section: section.place))


def ask(connection: DuckDBPyConnection, section: Section) -> Answer:
    """Return what the tables of a release answer."""
    cursor = connection.execute(section.query)
    columns = tuple(column for column, *_ in cursor.description or ())
    rows = tuple(cursor.fetchall())
    is_cut = section.shown_as == "table"
    return Answer(section, columns, rows[: section.limit] if is_cut else rows, len(rows))


def in_words(value: Any) -> str:
    """Return a value as a planner writes it: 3 Mar 2026, and no parts of a thousand or more."""
    if isinstance(value, date):
        return f"{value.day} {value:%b %Y}"
    if isinstance(value, float | Decimal) and abs(float(value)) >= 1000:
        return f"{value:,.0f}"
    return written(value)
