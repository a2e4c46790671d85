"""This module reads CSV files that people edit into typed rows; it reports a fault by file, line and value.

It knows encodings, separators, quotes, blank and repeated rows. It does not know which files there are and
what their rows mean: that is in `business`.
"""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Row = TypeVar("Row", bound=BaseModel)
SHOWN_LENGTH = 60
# Where pydantic's own words do not say what would be right.
CLEARER = {"bool_parsing": "is neither; write yes or no"}


def read_rows(
    path: Path, row_type: type[Row], faults: list[str], *keys: Callable[[Row], object]
) -> list[Row]:
    """Return the rows of one file, none where there is no file, and add what is wrong to `faults`.

    Blanks around a cell do not count. Two rows that share one of the `keys` are a fault.
    """
    rows: list[Row] = []
    seen: set[tuple[int, object]] = set()
    for line, record in _records(path, list(row_type.model_fields), faults):
        try:
            row = row_type.model_validate(record)
        except ValidationError as error:
            faults += [
                f"  {path}:{line}: {fault['loc'][0]} is {shortened(fault['input'])}: {in_words(fault)}"
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


def in_words(fault: Any) -> str:
    """Say what pydantic found, in our own words where the rule is ours."""
    own = fault.get("ctx", {}).get("error")
    return str(own or CLEARER.get(fault["type"], fault["msg"]))


def shortened(value: object) -> str:
    """Return the value as Python writes it, on one line of bounded length."""
    text = repr(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"


def _records(
    path: Path, columns: list[str], faults: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
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
