"""Rows of a CSV file that people edit, typed, with every fault told by file, line and value.

What belongs here: encodings, separators, blank rows, rows that stand twice. Not here: which files there
are and what their rows mean (`settings.py`).
"""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Row = TypeVar("Row", bound=BaseModel)


def read_rows(
    path: Path, row_type: type[Row], faults: list[str], *keys: Callable[[Row], object]
) -> list[Row]:
    """The rows of one file, none where there is no file; what is wrong with it is added to `faults`.

    By each of the `keys` a row stands for itself: two that share one are a fault.
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
            f"  {path}:{line}: {key!r} stands twice; keep one row" for _, key in marks & seen
        ]
        seen |= marks
        rows.append(row)
    return rows


def plain(fault: Any) -> str:
    """What pydantic found, in our own words where we wrote the rule."""
    return str(fault["ctx"]["error"] if "error" in fault.get("ctx", {}) else fault["msg"])


def _records(
    path: Path, columns: list[str], faults: list[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells of each row that is not blank."""
    if not path.exists():
        return
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        faults.append(f"  {path}: is not UTF-8; save it as 'CSV UTF-8'")
        return
    separator = ";" if lines and ";" in lines[0] else ","
    reader = csv.DictReader(lines, delimiter=separator, restval="")
    found = [name.strip() for name in reader.fieldnames or []]
    if found != columns:
        faults.append(
            f"  {path}:1: the columns are {', '.join(found)}; they must be {', '.join(columns)}"
        )
        return
    reader.fieldnames = found
    for record in reader:
        cells = {name: (record[name] or "").strip() for name in columns}
        if any(cells.values()):
            yield reader.line_num, cells


def _fault(path: Path, line: int, fault: Any) -> str:
    column = fault["loc"][0]
    return f"  {path}:{line}: {column} is {fault['input']!r}: {plain(fault)}"
