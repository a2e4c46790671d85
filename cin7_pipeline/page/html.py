"""This module writes the page: its sections around the charts, and what the search and the panel need."""

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from duckdb import DuckDBPyConnection

from cin7_pipeline.page.charts import draw
from cin7_pipeline.page.sections import Answer, ask, in_words, load_sections

FOLDER = Path(__file__).parent
# So many positions can be searched for: the page stays below 3 MB.
MOST_ITEMS = 4000
# A table of more columns takes the whole width.
WIDE = 6
LONG = 45
CODES = ("sku", "order_number")
NUMBER = int | float | Decimal


def write_page(connection: DuckDBPyConnection, path: Path) -> None:
    """Write the page of the planning tables that the connection sees."""
    answers = [ask(connection, section) for section in load_sections()]
    items = next(answer for answer in answers if answer.section.shown_as == "items")
    facts = [answer for answer in answers if answer.section.shown_as == "facts"]
    shown = [a for a in answers if a.section.shown_as not in ("items", "facts")]
    template = Template((FOLDER / "page.html").read_text(encoding="utf-8"))
    text = template.substitute(
        style=(FOLDER / "page.css").read_text(encoding="utf-8"),
        script=(FOLDER / "page.js").read_text(encoding="utf-8"),
        facts="".join(f"<p>{escape(in_words(row[0]))}</p>" for each in facts for row in each.rows),
        warehouses="".join(f"<option>{escape(name)}</option>" for name in _warehouses(items)),
        sections="\n".join(map(_section, shown)),
        items=_json(
            {"columns": items.columns, "rows": items.rows[:MOST_ITEMS], "total": items.total}
        ),
    )
    path.write_text(text, encoding="utf-8")


def _section(answer: Answer) -> str:
    section = answer.section
    body = f'<p class="nothing">{escape(section.nothing)}</p>'
    if answer.rows:
        write = {"tiles": _tiles, "table": _table}.get(section.shown_as, draw)
        body = write(answer)
    kind = section.shown_as + (" wide" if len(answer.columns) > WIDE else "")
    return (
        f'<section id="{section.name}" class="{kind}"><h2>{escape(section.title)}</h2>'
        f'<p class="about">{escape(section.about)}</p>{body}</section>'
    )


def _tiles(answer: Answer) -> str:
    tiles = (
        f'<div class="tile"><b>{escape(in_words(value))}</b><span>{escape(label)}</span>'
        f"<small>{escape(note or '')}</small></div>"
        for label, value, note in answer.rows
    )
    return "".join(tiles)


def _table(answer: Answer) -> str:
    """Return a table; numbers stand to the right, and a column `warehouse` can be filtered by."""
    classes = [
        _class_of(name, [row[i] for row in answer.rows]) for i, name in enumerate(answer.columns)
    ]
    head = "".join(
        f"<th{c}>{escape(name.replace('_', ' '))}</th>"
        for name, c in zip(answer.columns, classes, strict=True)
    )
    place = answer.columns.index("warehouse") if "warehouse" in answer.columns else None
    rows = "".join(
        f"<tr{_warehouse_of(row, place)}>"
        + "".join(f"<td{c}>{escape(in_words(v))}</td>" for v, c in zip(row, classes, strict=True))
        + "</tr>"
        for row in answer.rows
    )
    rest = answer.total - len(answer.rows)
    more = f'<p class="more">and {rest:,} more</p>' if rest else ""
    return f"<div><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{more}"


def _class_of(name: str, values: list[Any]) -> str:
    """Return the class of a column: numbers, days and codes in one line, long texts with room."""
    if name in CODES:
        return ' class="code"'
    known = [value for value in values if value is not None]
    if any(isinstance(value, NUMBER) and not isinstance(value, bool) for value in known):
        return ' class="number"'
    if any(isinstance(value, date) for value in known):
        return ' class="day"'
    return ' class="long"' if any(len(str(value)) > LONG for value in known) else ""


def _warehouse_of(row: tuple[Any, ...], place: int | None) -> str:
    return "" if place is None else f' data-warehouse="{escape(in_words(row[place]))}"'


def _warehouses(items: Answer) -> Iterable[str]:
    place = items.columns.index("warehouse")
    return sorted({row[place] for row in items.rows})


def _json(value: Any) -> str:
    """Return JSON that can stand in a script: nothing in it ends the script."""
    text = json.dumps(value, default=_plain, separators=(",", ":"), ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else float(value)
