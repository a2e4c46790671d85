"""Every wrong input that `wrong_input.py` declares as a trial: it is given where it belongs, and answered.

`python -m tests.unit.refusals` tries all of it and prints how much was refused; `test_refusals.py` asserts it
case by case.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import typer
from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner

from cin7_pipeline.cli import app
from cin7_pipeline.errors import ContractBroken, SettingsError
from cin7_pipeline.load.record_reader import RecordReader
from cin7_pipeline.load.records import Records
from cin7_pipeline.omni.endpoint import Column, Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import load_business_settings, load_settings
from cin7_pipeline.settings.csv_reader import Header
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.raw_tables import create_raw_tables
from tests.environment import bare_environment
from tests.unit.load.fake_account import page_of
from tests.unit.wrong_input import (
    ARGUMENTS,
    BESIDE,
    CELLS,
    FIELDS,
    FILES,
    REFUSED,
    USAGE,
    VARIABLES,
    Calls,
)


@dataclass(frozen=True)
class Trial:
    """One wrong input: where it is given, what it is, and words of the refusal it must meet."""

    kind: str
    place: str
    value: Any
    words: str

    @property
    def id(self) -> str:
        """How pytest names it."""
        return f"{self.kind}: {self.place}: {ascii(self.value)[:40]}"

    def refusal(self, folder: Path) -> str:
        """What is said against it, one line a fault; "" where it is taken."""
        return ATTEMPTS[self.kind](self, folder)


def _set_variable(trial: Trial, folder: Path) -> str:
    variables = {**BESIDE.get(trial.place, {}), f"CIN7_{trial.place}": trial.value}
    with bare_environment(folder, **variables):
        try:
            load_settings()
        except SettingsError as error:
            return str(error)
    return ""


def _write_cell(trial: Trial, folder: Path) -> str:
    name, column = trial.place.split(" ")
    row_type = next(each for each, (file, _) in FILES.items() if file == name)
    columns, good = Header(row_type).columns, FILES[row_type][1].split(",")
    cells = {**dict(zip(columns, good, strict=True)), column: f'"{trial.value}"'}
    first = good if trial.words.startswith("stands twice") else []
    lines = [",".join(line) for line in (columns, first, cells.values()) if line]
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    try:
        load_business_settings(folder)
    except SettingsError as error:
        return str(error)
    return ""


def _type_arguments(trial: Trial, folder: Path) -> str:
    with open_warehouse(folder / "data" / "warehouse.duckdb") as connection:
        create_raw_tables(connection, ENDPOINTS.values())
    command, arguments = trial.place.split(" ")[0], trial.value
    with bare_environment(folder):
        result = CliRunner().invoke(app, [command, *arguments])
    if result.exit_code not in (USAGE, REFUSED) or not isinstance(result.exception, SystemExit):
        return ""
    return " ".join(result.stderr.split())


def _send_field(trial: Trial, _folder: Path) -> str:
    endpoint, column, in_line = FIELD_PLACES[trial.place]
    sent: dict[str, Any] = {column.field: trial.value}
    if in_line and endpoint.lines is not None:
        sent = {endpoint.lines.field: [sent]}
    keys = {"productOptionId": 911, "branchId": 1} if endpoint.page_key != "id" else {"id": 911}
    records = Records(RecordReader(endpoint, b"salt"), {})
    try:
        records.add(page_of(endpoint, [{**keys, **sent}]))
    except ContractBroken as error:
        return str(error)
    records.type_rest()
    rejected = records.rejected.items()
    return " ".join(f"{key[0]} {why.field}: {why.reason}" for key, why in rejected)


ATTEMPTS = {
    "variable": _set_variable,
    "settings file": _write_cell,
    "argument": _type_arguments,
    "field of the API": _send_field,
}
FIELD_PLACES: dict[str, tuple[Endpoint, Column, bool]] = {
    f"{name}.{'lines.' if in_line else ''}{column.name}": (endpoint, column, in_line)
    for name, endpoint in ENDPOINTS.items()
    for in_line, own in [
        (False, endpoint.columns),
        (True, endpoint.lines and endpoint.lines.columns),
    ]
    for column in own or ()
}


def trials() -> list[Trial]:
    """Everything that is declared above, for every field of the API whose type it is wrong for."""
    found = [Trial("variable", n, text, words) for n, c in VARIABLES.items() for text, words in c]
    for row_type, columns in CELLS.items():
        for column, cases in columns.items():
            place = f"{FILES[row_type][0]} {column}"
            found += [Trial("settings file", place, text, words) for text, words in cases]
    calls = ARGUMENTS | flags_given_a_value()
    found += [
        Trial("argument", place, arguments, words)
        for place, cases in calls.items()
        for arguments, _code, words in cases
    ]
    for place, (endpoint, column, _) in FIELD_PLACES.items():
        record = f"{endpoint.page_key}="
        found += [Trial("field of the API", place, v, record) for v in FIELDS[column.type.name]]
    return found


def parameters() -> Iterator[tuple[str, click.Parameter]]:
    """Every argument of every command, as `command name`."""
    group = typer.main.get_command(app)
    assert isinstance(group, click.Group)
    for command in group.commands.values():
        for parameter in command.params:
            if parameter.name != "help":
                yield f"{command.name} {parameter.name}", parameter


def flags_given_a_value() -> dict[str, Calls]:
    """A flag is set or not: with a value it is refused."""
    return {
        place: [([f"{parameter.opts[0]}=yes"], USAGE, "does not take a value")]
        for place, parameter in parameters()
        if isinstance(parameter, click.Option) and parameter.is_flag
    }


def tally() -> Counter[tuple[str, bool]]:
    """How many trials of each kind were refused with the right words, and how many were not."""
    counted: Counter[tuple[str, bool]] = Counter()
    for trial in trials():
        with tempfile.TemporaryDirectory() as folder:
            counted[trial.kind, trial.words in trial.refusal(Path(folder))] += 1
    return counted


def main() -> None:
    """Print what was tried and what was refused, by kind."""
    counted, places = tally(), {(trial.kind, trial.place) for trial in trials()}
    table = Table("wrong input", "places", "tried", "refused", box=None, pad_edge=False)
    for kind in ATTEMPTS:
        refused, taken = counted[kind, True], counted[kind, False]
        inside = sum(each == kind for each, _ in places)
        table.add_row(f"{kind}s", str(inside), str(refused + taken), str(refused))
    Console().print(table)


if __name__ == "__main__":
    main()
