"""This module reads CSV files that people edit into typed rows; it reports a fault by file, line and value.

It knows encodings, separators, quotes, blank and repeated rows. It does not know which files there are and
what their rows mean: that is in `business`.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Row = TypeVar("Row", bound=BaseModel)
SHOWN_LENGTH = 60
# Where pydantic's own words do not say what would be right.
CLEARER = {
    "bool_parsing": "is neither; write yes or no",
    "literal_error": "is none of them; write {expected}",
}


def read_rows(
    path: Path, row_type: type[Row], faults: list[str], *keys: Callable[[Row], object]
) -> list[Row]:
    """Return the rows of one file, none where there is no file, and add what is wrong to `faults`.

    Blanks around a cell do not count. Two rows that share one of the `keys` are a fault. A field `line` of
    the row type is the place of the row in the file.
    """
    rows: list[Row] = []
    seen: set[tuple[int, object]] = set()
    for line, record in _records(path, Header(row_type), faults):
        if "line" in row_type.model_fields:
            record["line"] = str(line)
        try:
            row = row_type.model_validate(record)
        except ValidationError as error:
            faults += [
                f"  {path}:{line}: {_place_of(fault)}{in_words(fault)}"
                for fault in error.errors(include_url=False)
            ]
            continue
        own = {(position, key(row)) for position, key in enumerate(keys)}
        faults += [
            f"  {path}:{line}: {shortened(key)} stands twice; keep one row" for _, key in own & seen
        ]
        seen |= own
        rows.append(row)
    return rows


class Header:
    """Which columns a file may have: those of its row type, all of them and in order.

    Where each field has a default, columns may be left out and stand in any order, and a blank cell says
    nothing. `headings` of the row type, if any, are the columns of another program's export by their
    letters; what else the export has is passed over.
    """

    def __init__(self, row_type: type[BaseModel]) -> None:
        fields = {name: each for name, each in row_type.model_fields.items() if name != "line"}
        self.columns = list(fields)
        self._required = {name for name, each in fields.items() if each.is_required()}
        self._headings: dict[str, str] = getattr(row_type, "headings", {})
        self.skips_blanks = bool(self._headings) or not self._required

    @property
    def rule(self) -> str:
        """What is right, in words."""
        if self._headings:
            return f"there must be {' and '.join(sorted(self._required))} among them"
        return f"they {'may' if self.skips_blanks else 'must'} be {', '.join(self.columns)}"

    def fields_of(self, found: list[str]) -> list[str] | None:
        """Return the field that each column holds, '' for one that is passed over; None if it will not do."""
        if self._headings:
            names = [self._headings.get(re.sub(r"\W|_", "", each.casefold()), "") for each in found]
            held = [name for name in names if name]
            is_right = self._required <= {*held}
        else:
            names = held = found
            is_right = {*found} <= {*self.columns} if self.skips_blanks else found == self.columns
        return names if is_right and held and len(held) == len({*held}) else None


def _place_of(fault: Any) -> str:
    """Name the cell that is wrong; nothing where several cells are at odds."""
    return f"{fault['loc'][0]} is {shortened(fault['input'])}: " if fault["loc"] else ""


def in_words(fault: Any) -> str:
    """Say what pydantic found, in our own words where the rule is ours."""
    own = fault.get("ctx", {}).get("error")
    clearer = CLEARER.get(fault["type"], "").format(**fault.get("ctx", {}))
    return str(own or clearer or fault["msg"])


def shortened(value: object) -> str:
    """Return the value as Python writes it, on one line of bounded length."""
    text = repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def _records(path: Path, header: Header, faults: list[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and cells of each row that is not blank."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return
    except UnicodeDecodeError:
        faults.append(f"  {path}: is not UTF-8; save it as 'CSV UTF-8'")
        return
    except OSError as error:
        faults.append(f"  {path}: cannot be read ({error.strerror}); make it a readable file")
        return
    rows = _rows(path, text, faults)
    line, found = next(rows, (1, []))
    columns = header.fields_of(found)
    if columns is None:
        faults.append(
            f"  {path}:{line}: the columns are {shortened(', '.join(found))}; {header.rule}"
        )
        return
    for line, cells in rows:
        if len(cells) > len(columns):
            faults.append(
                f"  {path}:{line}: has {len(cells)} cells for {len(columns)} columns, the last is"
                f" {shortened(cells[-1])}; put quotes around a cell that holds a separator"
            )
            continue
        record = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
        if header.skips_blanks:
            record = {name: cell for name, cell in record.items() if cell}
        record.pop("", None)
        yield line, record


def _rows(path: Path, text: str, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line of each row that is not blank, and its cells up to the last that is not empty."""
    separator = ";" if ";" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            while cells and not cells[-1]:
                cells.pop()
            if cells:
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        faults.append(f"  {path}:{line}: is no row of CSV ({error}); look at its quotes")
