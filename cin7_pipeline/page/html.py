"""This module fills the templates of the pages, `page.html` and `tables.html`; every text is escaped."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cin7_pipeline.page.charts import draw
from cin7_pipeline.page.sections import Answer, ask, in_words, load_sections

LONG = 45
CODES = ("sku", "order_number")
NUMBER = int | float | Decimal


def write_page(connection: DuckDBPyConnection, path: Path) -> None:
    """Write the page of the planning tables that the connection sees."""
    answers = [ask(connection, section) for section in load_sections()]
    items = next(answer for answer in answers if answer.section.shown_as == "items")
    place = items.columns.index("warehouse")
    found = {
        "columns": items.columns,
        "rows": items.rows[: items.section.limit],
        "total": items.total,
    }
    write_template(
        "page.html",
        path,
        answers=answers,
        items=found,
        warehouses=sorted({row[place] for row in items.rows}),
    )


def write_template(name: str, path: Path, **values: Any) -> None:
    """Write what a template of this folder makes of the values."""
    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {"in_words": in_words, "column_classes": column_classes, "drawn": draw}
    templates.policies["json.dumps_kwargs"] = {
        "default": lambda value: value.isoformat() if isinstance(value, date) else float(value),
        "separators": (",", ":"),
        "ensure_ascii": False,
    }
    path.write_text(templates.get_template(name).render(values), encoding="utf-8")


def column_classes(answer: Answer) -> list[str]:
    """Return the class of each column: numbers, days and codes in one line, long texts with room."""
    classes = []
    for place, name in enumerate(answer.columns):
        known = [row[place] for row in answer.rows if row[place] is not None]
        if name in CODES:
            classes.append("code")
        elif any(isinstance(value, NUMBER) and not isinstance(value, bool) for value in known):
            classes.append("number")
        elif any(isinstance(value, date) for value in known):
            classes.append("day")
        else:
            classes.append("long" if any(len(str(value)) > LONG for value in known) else "")
    return classes
