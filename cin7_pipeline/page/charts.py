"""This module draws the charts of the page as SVG, which every browser and printer shows without a script.

A drawing library was tried: its engine ended the whole process beside a running server, and a chart must not
cost a release.
"""

from collections import defaultdict
from datetime import date
from html import escape
from math import ceil, floor, log10
from typing import Any

from cin7_pipeline.page.sections import Answer, in_words

WIDTH, HEIGHT, LEFT, BOTTOM = 640, 190, 44, 22
LEGEND_LINE = 16
MOST_LABELS = 9
COLORS = ("#1f5f8b", "#e09f3e", "#5b8e7d", "#9e2a2b", "#6d597a", "#8d99ae", "#bc6c25", "#344e41")


def draw(answer: Answer) -> str:
    """Return rows (x, amount, color) as columns that are stacked by color; negative amounts are left out."""
    columns: dict[Any, dict[str, float]] = defaultdict(dict)
    for x, amount, color in answer.rows:
        columns[x][str(color)] = max(float(amount or 0), 0.0)
    colors = sorted({str(color) for _, _, color in answer.rows})
    top = _round_up(max(sum(parts.values()) for parts in columns.values()))
    height = HEIGHT + 8 + LEGEND_LINE * ceil(len(colors) / 3)
    parts = [
        _axis(top),
        *_columns(columns, colors, top, is_gapless=answer.section.shown_as == "area"),
    ]
    parts += [_label(i, color) for i, color in enumerate(colors)]
    title = escape(f"{answer.columns[1]} by {answer.columns[0]}".replace("_", " "))
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" font-size="11" fill="#66737f">'
        f"<title>{title}</title>{''.join(parts)}</svg>"
    )


def _columns(
    columns: dict[Any, dict[str, float]], colors: list[str], top: float, *, is_gapless: bool
) -> list[str]:
    """Return the stacked columns from left to right, and a label below every few of them."""
    step = (WIDTH - LEFT) / len(columns)
    width = step if is_gapless else step * 0.72
    drawn = []
    for place, x in enumerate(sorted(columns)):
        left, base = LEFT + place * step, float(HEIGHT - BOTTOM)
        for index, color in enumerate(colors):
            if size := columns[x].get(color, 0.0) / top * (HEIGHT - BOTTOM - 8):
                base -= size
                hint = escape(f"{in_words(x)}, {color}: {in_words(columns[x][color])}")
                drawn.append(
                    f'<rect x="{left:.1f}" y="{base:.1f}" width="{width + 0.3:.1f}"'
                    f' height="{size:.1f}" fill="{COLORS[index % len(COLORS)]}">'
                    f"<title>{hint}</title></rect>"
                )
        if place % ceil(len(columns) / MOST_LABELS) == 0:
            text = f"{x.day} {x:%b}" if isinstance(x, date) else in_words(x)
            drawn.append(f'<text x="{left:.1f}" y="{HEIGHT - 6}">{escape(text)}</text>')
    return drawn


def _axis(top: float) -> str:
    """Return the lines of nothing, half and all, with what they stand for."""
    lines = []
    for share in (0.0, 0.5, 1.0):
        y = HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - 8)
        lines.append(
            f'<line x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dde3e8"/>'
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{in_words(top * share)}</text>'
        )
    return "".join(lines)


def _label(index: int, color: str) -> str:
    """Return one entry of the legend; three stand in a line."""
    x, y = LEFT + index % 3 * 195, HEIGHT + 6 + index // 3 * LEGEND_LINE
    return (
        f'<rect x="{x}" y="{y}" width="10" height="10" fill="{COLORS[index % len(COLORS)]}"/>'
        f'<text x="{x + 15}" y="{y + 9}">{escape(color)}</text>'
    )


def _round_up(most: float) -> float:
    """Return the next number of two digits and zeros, so that the axis has round ones."""
    if most <= 0:
        return 1.0
    unit = 10.0 ** (floor(log10(most)) - 1)
    return ceil(most / unit) * unit
