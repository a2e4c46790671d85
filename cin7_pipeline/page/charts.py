"""This module draws the charts of the page as SVG, which every browser and printer shows without a script."""

from datetime import date, datetime
from typing import Any

import vl_convert

from cin7_pipeline.page.sections import Answer

WIDTH, HEIGHT = 620, 170
COLORS = ["#1f5f8b", "#e09f3e", "#5b8e7d", "#9e2a2b", "#6d597a", "#8d99ae", "#bc6c25"]


def draw(answer: Answer) -> str:
    """Return the chart of rows (x, amount, color): days as an area, the rest as stacked bars."""
    is_area = answer.section.shown_as == "area"
    values = [
        dict(zip(("x", "amount", "color"), map(_plain, row), strict=True)) for row in answer.rows
    ]
    x, amount, color = (column.replace("_", " ") for column in answer.columns)
    spec: dict[str, Any] = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "width": WIDTH,
        "height": HEIGHT,
        "background": None,
        "data": {"values": values},
        "mark": {"type": "area", "interpolate": "step-after"} if is_area else {"type": "bar"},
        "encoding": {
            "x": {"field": "x", "title": x} | _scale_of(values, is_area=is_area),
            "y": {"field": "amount", "type": "quantitative", "title": amount, "stack": True},
            "color": {"field": "color", "title": color, "scale": {"range": COLORS}},
        },
        "config": {"view": {"stroke": None}, "axis": {"grid": False, "labelFlush": False}},
    }
    return str(vl_convert.vegalite_to_svg(spec))


def _scale_of(values: list[dict[str, Any]], *, is_area: bool) -> dict[str, Any]:
    """Return the axis of x: of days, or of what stands in order of its amount."""
    if is_area:
        return {"type": "temporal", "axis": {"format": "%-d %b"}}
    is_day = bool(values) and isinstance(values[0]["x"], str) and values[0]["x"][:2] == "20"
    if is_day:
        return {"type": "ordinal", "timeUnit": "yearmonthdate", "axis": {"format": "%-d %b"}}
    return {"type": "nominal", "sort": "-y"}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | None) else float(value)
