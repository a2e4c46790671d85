"""Rows of a CSV file that people edit, typed, with every fault told by file, line and value.

What belongs here: encodings, separators, quotes, blank rows, rows that stand twice. Not here: which files
there are and what their rows mean (`business_settings`).
"""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Row = TypeVar("Row", bound=BaseModel)
SHOWN_LENGTH = 60


def read_rows(
    path: Path, row_type: type[Row], faults: list[str], *keys: Callable[[Row], object]
) -> list[Row]:
    """The rows of one file, none where there is no file; what is wrong with it is added to `faults`.

    Blanks around a cell do not count. By each of the `keys` a row stands for itself: two that share
    one are a fault.
    """
    rows: list[Row] = []
    seen: set[tuple[int, object]] = set()
    for line, record in _records(path, list(row_type.model_fields), faults):
        try:
            row = row_type.model_validate(record)
        except ValidationError as error:
            faults += [_fault(path, line, fault) for fault in error.errors(include_url=False)]
            continue
        marks = {(position, key(row)) for position, key in enumerate(keys)}
        faults += [
            f"  {path}:{line}: {shortened(key)} stands twice; keep one row"
            for _, key in marks & seen
        ]
        seen |= marks
        rows.append(row)
    return rows


def plain(fault: Any) -> str:
    """What pydantic found, in our own words where we wrote the rule."""
    return str(fault["ctx"]["error"] if "error" in fault.get("ctx", {}) else fault["msg"])


def shortened(value: object) -> str:
    """The value as Python writes it, on one line of bounded length."""
    text = repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def _records(
    path: Path, columns: list[str], faults: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row that is not blank."""
    text = _text(path, faults)
    if text is None:
        return
    rows = _rows(path, text, faults)
    line, found = next(rows, (1, []))
    if found != columns:
        faults.append(
            f"  {path}:{line}: the columns are {shortened(', '.join(found))};"
            f" they must be {', '.join(columns)}"
        )
        return
    for line, cells in rows:
        if len(cells) > len(columns):
            faults.append(
                f"  {path}:{line}: has {len(cells)} cells for {len(columns)} columns, the last is"
                f" {shortened(cells[-1])}; put quotes around a cell that holds a separator"
            )
            continue
        yield line, dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))


def _text(path: Path, faults: list[str]) -> str | None:
    """What stands in the file, its line ends as they are; None where there is nothing to read."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UnicodeDecodeError:
        faults.append(f"  {path}: is not UTF-8; save it as 'CSV UTF-8'")
    except OSError as error:
        faults.append(f"  {path}: cannot be read ({error.strerror}); make it a readable file")
    return None


def _rows(path: Path, text: str, faults: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The first line of each row that is not blank, and its cells up to the last that is not empty."""
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


def _fault(path: Path, line: int, fault: Any) -> str:
    column = fault["loc"][0]
    return f"  {path}:{line}: {column} is {shortened(fault['input'])}: {plain(fault)}"
