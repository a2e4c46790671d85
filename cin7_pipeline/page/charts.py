"""This module lays out the charts of the page; `page.html` draws them as SVG, which needs no script.

A drawing library was tried: its engine ended the whole process beside a running server, and a chart must not
cost a release.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10
from typing import Any

from cin7_pipeline.page.sections import Answer, in_words

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 190, 44, 22
LEGEND_LINE = 16
MOST_LABELS = 9
COLORS = ("#1f5f8b", "#e09f3e", "#5b8e7d", "#9e2a2b", "#6d597a", "#8d99ae", "#bc6c25", "#344e41")


@dataclass(frozen=True)
class Bar:
    """A filled rectangle, and what it stands for."""

    x: float
    y: float
    width: float
    height: float
    color: str
    hint: str = ""


@dataclass(frozen=True)
class Text:
    """A text below or beside a place."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True)
class Chart:
    """What is drawn: bars, texts, and lines from `left` to the right end at some heights."""

    title: str
    height: int
    lines: list[float]
    bars: list[Bar]
    texts: list[Text]
    width: int = WIDTH
    left: int = LEFT


def draw(answer: Answer) -> Chart:
    """Return rows (x, amount, color) as columns that are stacked by color; negative amounts are left out."""
    columns: dict[Any, dict[str, float]] = defaultdict(dict)
    for x, amount, color in answer.rows:
        columns[x][str(color)] = max(float(amount or 0), 0.0)
    names = sorted({str(color) for _, _, color in answer.rows})
    colors = {name: COLORS[place % len(COLORS)] for place, name in enumerate(names)}
    most = max(sum(parts.values()) for parts in columns.values())
    # Two digits and zeros, so that the axis has round numbers.
    unit = 10.0 ** (floor(log10(most)) - 1) if most > 0 else 1.0
    top = max(ceil(most / unit), 1) * unit

    step = (WIDTH - LEFT) / len(columns)
    width = step if answer.section.shown_as == "area" else step * 0.72
    chart = Chart(
        title=f"{answer.columns[1]} by {answer.columns[0]}".replace("_", " "),
        height=HEIGHT + 8 + LEGEND_LINE * ceil(len(names) / 3),
        lines=[_y(share) for share in (0.0, 0.5, 1.0)],
        bars=[],
        texts=[Text(LEFT - 6, _y(s) + 4, in_words(top * s), "end") for s in (0.0, 0.5, 1.0)],
    )
    for place, x in enumerate(sorted(columns)):
        left = round(LEFT + place * step, 1)
        chart.bars.extend(
            _stacked(x, columns[x], colors, left=left, width=round(width + 0.3, 1), top=top)
        )
        if place % ceil(len(columns) / MOST_LABELS) == 0:
            text = f"{x.day} {x:%b}" if isinstance(x, date) else in_words(x)
            chart.texts.append(Text(left, HEIGHT - 6, text))
    for place, (name, color) in enumerate(colors.items()):
        left, top_edge = LEFT + place % 3 * 195, HEIGHT + 6 + place // 3 * LEGEND_LINE
        chart.bars.append(Bar(left, top_edge, 10, 10, color))
        chart.texts.append(Text(left + 15, top_edge + 9, name))
    return chart


def _stacked(
    x: Any,
    parts: dict[str, float],
    colors: dict[str, str],
    *,
    left: float,
    width: float,
    top: float,
) -> Iterator[Bar]:
    """Yield the parts of one column, from the bottom up; each says what it is when pointed at."""
    sum_below = 0.0
    for name, color in colors.items():
        if amount := parts.get(name, 0.0):
            base, sum_below = _y(sum_below / top), sum_below + amount
            upper = _y(sum_below / top)
            hint = f"{in_words(x)}, {name}: {in_words(amount)}"
            yield Bar(left, upper, width, round(base - upper, 1), color, hint)


def _y(share: float) -> float:
    """Return how far down a share of the highest column is."""
    return round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 8), 1)
