"""Wrong input of every kind, declared once: what is tried, and the words with which it must be refused.

`python -m tests.refusals` tries all of it and prints how much was refused; `tests/test_refusals.py` asserts
it case by case, and that nothing which can be set, written, typed or sent is without a case.
"""

import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import click
import msgspec
import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from typer.testing import CliRunner

from cin7_pipeline.api.declaration import Column, Endpoint
from cin7_pipeline.api.endpoints import ENDPOINTS
from cin7_pipeline.business_settings import (
    ChannelRule,
    CustomerGroupRule,
    CustomFieldRule,
    WarehouseRule,
    load_business_settings,
)
from cin7_pipeline.cli import app
from cin7_pipeline.errors import ContractBroken, SettingsError
from cin7_pipeline.load.decode import Decoder
from cin7_pipeline.settings import load_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.tables import create_raw_tables

Cases = list[tuple[str, str]]
DIGITS = "is no whole number; write digits only, like 90"
COUNT: Cases = [
    *((text, DIGITS) for text in ("many", "1_000", "1e3", "7.5", "0x10", "９", "9" * 40)),
    ("0", "greater than or equal to 1"),
    ("-5", "greater than or equal to 1"),
    ("9" * 20, "less than or equal to"),
]
SECRET: Cases = [
    (" key", "begins or ends with a blank"),
    ("key\n", "begins or ends with a blank"),
    ("k\ney", "holds a line break"),
]
VARIABLES: dict[str, Cases] = {
    "USERNAME": [*SECRET, ("user:name", "holds a colon")],
    "API_KEY": SECRET,
    "BASE_URL": [
        (text, "is no address of an API; write one like https://api.cin7.com/api")
        for text in (
            "api.cin7.com",
            "ftp://api.cin7.com",
            "https://",
            "https://[",
            "https://user:key@api.cin7.com",
            "https://api.cin7.com/api?key=1",
            "https://api.cin7.com:99999",
            "https://a b",
        )
    ],
    "TIME_ZONE": [
        (text, "is no IANA time zone; write one like Australia/Sydney")
        for text in (
            "Sydney",
            "+10:00",
            "../UTC",
            "America",
            "localtime",
            "right/UTC",
            "'; drop table x",
        )
    ],
    "DATA_DIR": [
        (text, "cannot hold a database") for text in ("a\\b", "a?b", "md:cin7", "s3://cin7")
    ]
    + [("~nobody-of-that-name/data", "is no user")],
    "LOOKBACK_DAYS": [*COUNT, ("3651", "less than or equal to 3650")],
    "LOOKBACK_DAYS_FOR": [
        ("90", "write one variable an entity"),
        ("[]", "write one variable an entity"),
        ("{", "write one variable an entity"),
        ('{"orders": 9}', "is no entity; the entities are"),
        ('{"stock": 0}', "greater than or equal to 1"),
    ],
    "HISTORY_START": [
        *(
            (t, "is no day; write one like")
            for t in ("2023", "0", "1672531200", "1.1.2023", "2023-02-30")
        ),
        *((text, "lies outside 2000 to 2100") for text in ("0001-01-01", "9999-12-31")),
    ],
    "CALLS_PER_SECOND": COUNT,
    "CALLS_PER_MINUTE": COUNT,
    "CALLS_PER_DAY": [*COUNT, ("500", "CIN7_CALLS_RESERVED must be below CIN7_CALLS_PER_DAY")],
    "CALLS_RESERVED": [
        ("some", DIGITS),
        ("-1", "greater than or equal to 0"),
        ("5000", "CIN7_CALLS_RESERVED must be below CIN7_CALLS_PER_DAY"),
    ],
    "GONE_SHARE_LIMIT": [
        ("half", "valid number"),
        ("0", "greater than 0"),
        ("1.1", "less than or equal to 1"),
        ("nan", "less than or equal to 1"),
        ("-inf", "greater than 0"),
    ],
    "PRICE_TIER": [(" ", "is blank"), ("whole\nsale", "holds a line break")],
    "STALE_AFTER_DAYS": COUNT,
    "KEEP_RELEASES": COUNT,
    "AS_OF": [
        *(
            (text, "is no moment; write one like")
            for text in ("now", "2026", "5", "2026-06-31T00:00:00Z")
        ),
        ("0001-01-01T00:00:00+10:00", "lies outside 2000 to 2100"),
        ("9999-12-31T23:59:59-12:00", "lies outside 2000 to 2100"),
    ],
}
# A secret is only looked at beside the rest of an account.
BESIDE = {
    "USERNAME": {"CIN7_API_KEY": "key", "CIN7_TIME_ZONE": "UTC"},
    "API_KEY": {"CIN7_USERNAME": "user", "CIN7_TIME_ZONE": "UTC"},
}

FLAG: Cases = [(text, "is neither; write yes or no") for text in ("", "maybe", "2", "WAHR")]
NAME: Cases = [("", "is blank; write a name")]
CELLS: dict[type[BaseModel], dict[str, Cases]] = {
    ChannelRule: {
        "priority": [
            *((text, DIGITS) for text in ("", "first", "1.5")),
            ("1000000", "less than 1000000"),
        ],
        "field": [
            (text, "Input should be 'source', 'reference'") for text in ("", "sauce", "SOURCE")
        ],
        "pattern": NAME,
        "channel": NAME,
        "is_included": FLAG,
    },
    WarehouseRule: {
        "branch_id": [
            *((text, DIGITS) for text in ("", "three", "3.0")),
            ("-1", "greater than or equal to 0"),
            ("9" * 19, "less than or equal to 9223372036854775807"),
        ],
        "warehouse": [*NAME, ("unmapped", "may not be called 'unmapped'")],
        "is_enabled": FLAG,
    },
    CustomerGroupRule: {
        "group": [("Staff", "stands twice; keep one row")],
        "is_included": FLAG,
    },
    CustomFieldRule: {
        "entity": [
            (text, "has no custom fields that are read") for text in ("", "stock", "Products")
        ],
        "cin7_field": [
            (text, "is no code of a custom field") for text in ("", "a b", "a,b", "x)", "'")
        ],
        "name": NAME,
    },
}
FILES: dict[type[BaseModel], tuple[str, str]] = {
    ChannelRule: ("channels.csv", "1,source,%web%,Web,yes"),
    WarehouseRule: ("warehouses.csv", "3,Main,yes"),
    CustomerGroupRule: ("customer_groups.csv", "Staff,no"),
    CustomFieldRule: ("custom_fields.csv", "products,products_1,Season"),
}

USAGE, REFUSED = 2, 1
Calls = list[tuple[list[str], int, str]]
ARGUMENTS: dict[str, Calls] = {
    "sync days": [
        *((["--days", text], USAGE, "'--days'") for text in ("0", "-1", "ten", "1e3", "")),
        (["--days", "7", "--whole"], USAGE, "leave out --days"),
    ],
    "sync entity": [
        (["--entity", text], REFUSED, "no such entity; the entities are sales_orders,")
        for text in ("orders", "", "Stock", "'; drop table x --")
    ],
    "resync first": [
        *(
            (["--from", text, "--to", "2026-06-30"], USAGE, "'--from'")
            for text in ("1.6.2026", "2026-13-01", "yesterday", "", "2026-06-01T00:00")
        ),
        (["--from", "2099-01-01", "--to", "2099-01-02"], REFUSED, "lies in the future"),
        (["--to", "2026-06-30"], USAGE, "Missing option '--from'"),
    ],
    "resync last": [
        *(
            (["--from", "2026-06-01", "--to", text], USAGE, "'--to'")
            for text in ("30.6.2026", "2026-02-30", "now", "")
        ),
        (["--from", "2026-06-02", "--to", "2026-06-01"], REFUSED, "swap them"),
        (["--from", "2026-06-01"], USAGE, "Missing option '--to'"),
    ],
    "publish to": [
        (["--to", "planning-1"], USAGE, "add --rollback"),
        (["--rollback", "--to", "'; drop table x --"], REFUSED, "cin7: "),
    ],
    "sandbox port": [
        (["--port", text], USAGE, "'--port'") for text in ("x", "", "80.5", "-1", "70000")
    ],
    "why asked": [
        ([], USAGE, "Missing argument"),
        *(([text], REFUSED, "say what to look for") for text in ("", " ", "#", " # ")),
    ],
}
OTHER_TYPES: list[Any] = [True, 5.5, [], {}, [1], {"a": 1}]
FIELDS: dict[str, list[Any]] = {
    "ID": ["5", "x", True, 5.5, [], {}],
    "TEXT": [7, *OTHER_TYPES],
    "KEY_TEXT": [7, *OTHER_TYPES],
    "TIMESTAMP": ["yesterday", "2026-02-30T00:00:00Z", "2026-07-07", "", 7, *OTHER_TYPES],
    "NUMBER": ["much", "NaN", "Infinity", "", 10**14, -(10**14), True, [], {}],
    "RATE": ["much", "NaN", "Infinity", "", 10**10, -(10**10), True, [], {}],
    "FLAG": ["yes", "true", 0, 1, 5.5, [], {}],
    "EMAIL_HASH": [7, *OTHER_TYPES],
    "EMAIL_STATE": [7, *OTHER_TYPES],
    "PARTS": ["S", 7, {"name": "S"}, [7], ["S"], [None], [[]]],
    # Any JSON is right there.
    "JSON": [],
    "CUSTOM_FIELDS": [],
}


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


@contextmanager
def bare_environment(folder: Path, **variables: str) -> Iterator[None]:
    """An empty folder as working folder, and no CIN7_ variable but these."""
    before = Path.cwd()
    others = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    os.chdir(folder)
    try:
        with patch.dict(os.environ, others | variables, clear=True):
            yield
    finally:
        os.chdir(before)


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
    columns, good = list(row_type.model_fields), FILES[row_type][1].split(",")
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
        create_raw_tables(connection)
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
    try:
        Decoder(endpoint, b"salt").batch(msgspec.json.encode([{**keys, **sent}]))
    except ContractBroken as error:
        return str(error)
    return ""


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
