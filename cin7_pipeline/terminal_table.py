"""This module lays a table out for the width that a terminal has, without breaking a word."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from cin7_pipeline.text import written

GAP = 2


class FittingTable:
    """A plain table; numbers stand to the right, with thousands set apart.

    Where it is too wide, columns wrap between words, the widest first, and names of columns behind their
    underscores; where that is not enough, each row is a list of names and values.
    """

    def __init__(self, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        values = [list(row) for row in rows]
        self._columns = columns
        self._rows = [[written(value) for value in row] for row in values]
        self._is_number = [
            _is_number([row[place] for row in values]) for place in range(len(columns))
        ]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield it as a table or, where words would break, as lists."""
        widths = self._widths(options.max_width)
        if widths is not None:
            yield self._table(widths)
            return
        for number, row in enumerate(self._rows):
            if number:
                yield Text()
            yield _list_of(self._columns, row)

    def _widths(self, available: int) -> list[int] | None:
        """Return how wide each column is; None where a word would have to break."""
        columns = [
            (name, [row[place] for row in self._rows]) for place, name in enumerate(self._columns)
        ]
        parts = [_longest(name.replace("_", "_ ").split()) for name in self._columns]
        words = [_longest(word for cell in cells for word in cell.split()) for _, cells in columns]
        widths = [_longest([name, *cells]) for name, cells in columns]
        # Names of columns are broken before values are.
        whole = [
            max(part, _longest(cells)) for part, (_, cells) in zip(parts, columns, strict=True)
        ]
        for least in (whole, list(map(max, parts, words))):
            while sum(widths) + GAP * (len(widths) - 1) > available:
                wide = [place for place, width in enumerate(widths) if width > least[place]]
                if not wide:
                    break
                widths[max(wide, key=widths.__getitem__)] -= 1
            else:
                return widths
        return None

    def _table(self, widths: Sequence[int]) -> Table:
        table = Table(header_style="bold", box=None, pad_edge=False)
        for name, width, is_number in zip(self._columns, widths, self._is_number, strict=True):
            table.add_column(
                Text(_in_lines(name, width)), justify="right" if is_number else "left", width=width
            )
        for row in self._rows:
            table.add_row(*map(Text, row))
        return table


def _in_lines(name: str, width: int) -> str:
    """Break a name behind underscores where it is longer than its column; blanks are rich's to break at."""
    lines = [""]
    for part in name.replace("_", "_\n").split("\n"):
        if lines[-1] and len(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _list_of(columns: Sequence[str], row: Sequence[str]) -> Table:
    listed = Table(box=None, pad_edge=False, show_header=False)
    listed.add_column(overflow="fold")
    listed.add_column(overflow="fold")
    for name, value in zip(columns, row, strict=True):
        if value:
            listed.add_row(Text(name, style="bold"), Text(value))
    return listed


def _is_number(values: Iterable[Any]) -> bool:
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float | Decimal) for value in known)


def _longest(words: Iterable[str]) -> int:
    return max((Text(word).cell_len for word in words), default=0)
