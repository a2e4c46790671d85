"""Any text in a variable or a settings file: it means exactly what is written, or is refused by its place."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin7_pipeline.business_settings import (
    SHOPIFY_IS_LEFT_OUT,
    BusinessSettings,
    ChannelRule,
    CustomFieldRule,
    WarehouseRule,
    load_business_settings,
)
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import NEVER_SHOWN, Settings, load_settings

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
ODD_NUMBERS = [
    "1_000",
    "1e3",
    "7.0",
    "９０",
    "+5",
    " 5 ",
    "-1",
    "0x10",
    "9" * 40,
    "nan",
    "inf",
    "0.5",
    "1",
]
ODD_TEXTS = [
    "",
    " ",
    "'; drop table x --",
    '"',
    "%",
    "\\",
    "a\nb",
    "😀",
    "${HOME}",
    "~",
    "null",
    "[]",
    "{}",
]
ODD_DATES = [
    "2026",
    "0",
    "1672531200",
    "2026-02-30",
    "2026-01-01",
    "0001-01-01",
    "9999-12-31T23:59-14:00",
]
ODD_ZONES = [
    "UTC",
    "utc",
    "Sydney",
    "Australia/Sydney",
    "../UTC",
    "localtime",
    "right/UTC",
    "America",
]
ODD_PLACES = [
    "https://a.b/api",
    "http://",
    "https://u:p@a.b",
    "ftp://a.b",
    "https://[",
    "md:x",
    "a/b",
    "/",
]
ANY_TEXT = st.one_of(
    TEXT, st.sampled_from(ODD_NUMBERS + ODD_TEXTS + ODD_DATES + ODD_ZONES + ODD_PLACES)
)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No `.env` and no variable of this machine is read."""
    monkeypatch.chdir(tmp_path)
    others = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    with patch.dict(os.environ, others, clear=True):
        yield


def refused(attempt: Callable[[], Any]) -> tuple[Any, str]:
    """What the attempt returns and "", or None and why it was refused; anything else is a failure."""
    try:
        return attempt(), ""
    except SettingsError as error:
        return None, str(error)


# What a text means as each variable; the same words as in the settings would prove nothing.
def moment(text: str) -> datetime:
    """A moment; UTC unless said."""
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


MEANING: dict[str, Callable[[str], Any]] = {
    "username": str,
    "api_key": str,
    "base_url": str,
    "time_zone": str,
    "data_dir": lambda text: Path(os.path.expanduser(text)),  # noqa: PTH111 - not the way it is done
    "price_tier": str,
    "history_start": lambda text: date.fromisoformat(text.strip()),
    "as_of": moment,
    "gone_share_limit": float,
    "lookback_days_for": None,  # a table of its own variables, below
} | dict.fromkeys(
    [
        "lookback_days",
        "calls_per_second",
        "calls_per_minute",
        "calls_per_day",
        "calls_reserved",
        "stale_after_days",
        "keep_releases",
    ],
    int,
)  # type: ignore[assignment]
OTHERS_SET = {
    "username": {"CIN7_API_KEY": "key", "CIN7_TIME_ZONE": "UTC"},
    "api_key": {"CIN7_USERNAME": "user", "CIN7_TIME_ZONE": "UTC"},
    "calls_per_day": {"CIN7_CALLS_RESERVED": "0"},
    "calls_reserved": {"CIN7_CALLS_PER_DAY": "10000000"},
}


def shown(value: Any) -> Any:
    """The value of a setting, also of a secret one."""
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def test_every_variable_has_a_meaning() -> None:
    """A setting that nobody said the meaning of is not tested by chance."""
    assert MEANING.keys() == Settings.model_fields.keys()


@pytest.mark.parametrize("field", [name for name, meaning in MEANING.items() if meaning])
def test_a_variable_means_what_is_written_or_is_refused(field: str) -> None:
    """Nothing is guessed from a text: it is the value, or a fault of one line that names its variable."""

    @given(ANY_TEXT)
    def holds(text: str) -> None:
        name = f"CIN7_{field.upper()}"
        with patch.dict(os.environ, {**OTHERS_SET.get(field, {}), name: text}):
            settings, refusal = refused(load_settings)
        if refusal:
            _, fault = refusal.splitlines()
            assert fault.startswith(f"  {name}")
            is_shown = fault.startswith(f"  {name}={repr(text)[:60]}")
            assert is_shown is (field not in NEVER_SHOWN)
        elif text:
            assert shown(getattr(settings, field)) == MEANING[field](text)

    holds()


@given(ANY_TEXT, ANY_TEXT)
def test_the_lookback_of_an_entity_is_a_number_of_an_entity_or_refused(
    name: str, text: str
) -> None:
    """Neither a misspelt entity nor an odd number of days is taken for the general lookback."""
    usable = name.upper() if name.isascii() and name.isidentifier() else "STOCK"
    variable = f"CIN7_LOOKBACK_DAYS_FOR__{usable}"
    with patch.dict(os.environ, {variable: text}):
        settings, refusal = refused(load_settings)
    if refusal:
        assert "  CIN7_LOOKBACK_DAYS_FOR__" in refusal
    else:
        assert not text or settings.lookback_of(usable.lower()) == int(text)


# Text that a cell may hold: blanks at its edges do not count.
CELL = TEXT.map(str.strip).filter(bool) | st.sampled_from(
    [
        "'; drop table x --",
        '"',
        '""',
        "%",
        "\\",
        "a\nb",
        "a\r\nb",
        "a;b,c",
        "😀",
        "a\u2028b",
        "a\x85b",
        "=1+1",
    ]
)
NUMBER = st.integers(0, 2**63 - 1)
FLAGS = {"yes": True, "TRUE": True, "1": True, "no": False, "False": False, "0": False}


@st.composite
def files(
    draw: st.DrawFn, *cells: st.SearchStrategy[Any]
) -> tuple[list[tuple[Any, ...]], bytes, int]:
    """Rows, and a file that a spreadsheet could write of them; the first cell is another in each row."""
    rows = draw(st.lists(st.tuples(*cells), max_size=5, unique_by=lambda row: row[0]))
    return rows, draw(st.sampled_from([b"", b"\xef\xbb\xbf"])), draw(st.integers(0, 3))


def written(header: list[str], rows: list[tuple[Any, ...]], mark: bytes, style: int) -> bytes:
    """The rows as CSV: commas or semicolons, line ends of either kind, quotes where needed or always."""
    text = io.StringIO(newline="")
    writer = csv.writer(
        text,
        delimiter=",;"[style & 1],
        lineterminator=["\n", "\r\n"][style >> 1],
        quoting=csv.QUOTE_ALL
        if any("\r" in str(c) for row in rows for c in row)
        else csv.QUOTE_MINIMAL,
    )
    writer.writerows([header, *rows])
    return mark + text.getvalue().encode()


def load_file(name: str, content: bytes) -> BusinessSettings:
    """What one file says, alone in a folder."""
    folder = Path("settings")
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content)
    return load_business_settings(folder)


@given(files(NUMBER, CELL.filter(lambda cell: cell != "unmapped"), st.just("yes")))
def test_warehouses_are_named_as_they_are_written(
    case: tuple[list[tuple[Any, ...]], bytes, int],
) -> None:
    """Whatever a warehouse is called, and however the spreadsheet saves it, it is called so here."""
    rows, mark, style = case
    content = written(["branch_id", "warehouse", "is_enabled"], rows, mark, style)
    found = load_file("warehouses.csv", content).warehouses
    assert found == tuple(
        WarehouseRule(branch_id=b, warehouse=w, is_enabled=True) for b, w, _ in rows
    )


@given(
    files(
        st.integers(-999_999, 999_999),
        st.sampled_from(["source", "company", "stage"]),
        CELL,
        CELL,
        st.sampled_from(list(FLAGS)),
    )
)
def test_channels_are_matched_as_they_are_written(
    case: tuple[list[tuple[Any, ...]], bytes, int],
) -> None:
    """A pattern and a name keep each of their signs; the built-in rule comes behind all of them."""
    rows, mark, style = case
    header = ["priority", "field", "pattern", "channel", "is_included"]
    *found, last = load_file("channels.csv", written(header, rows, mark, style)).channels
    names = dict(zip(header, range(5), strict=True))
    wanted = [
        ChannelRule(**{n: row[i] for n, i in names.items()} | {"is_included": FLAGS[row[4]]})
        for row in rows
    ]
    assert found == wanted
    assert last == SHOPIFY_IS_LEFT_OUT
    assert all(rule.priority < last.priority for rule in found)


@given(files(st.from_regex(r"[A-Za-z_0-9]{1,9}", fullmatch=True), CELL))
def test_custom_fields_are_named_as_they_are_written(
    case: tuple[list[tuple[Any, ...]], bytes, int],
) -> None:
    """A custom field keeps its name; two fields of one name, or one code twice, are refused."""
    rows, mark, style = case
    content = written(
        ["entity", "cin7_field", "name"], [("products", *row) for row in rows], mark, style
    )
    codes, names = {row[0].casefold() for row in rows}, {row[1] for row in rows}
    if len(codes) < len(rows) or len(names) < len(rows):
        with pytest.raises(SettingsError, match="stands twice; keep one row"):
            load_file("custom_fields.csv", content)
        return
    found = load_file("custom_fields.csv", content).custom_fields
    assert found == tuple(
        CustomFieldRule(entity="products", cin7_field=code, name=name) for code, name in rows
    )


LINES = st.lists(
    st.sampled_from(
        ["3", "03", "-3", "x", "1_0", "9" * 30, "", '"', "yes", "no", "unmapped", "a b", ";"]
    ),
    max_size=5,
).map(",".join)


def check_warehouses(text: str) -> None:
    """Fail unless the text is loaded whole, or refused with faults that each name the file."""
    found, refusal = refused(lambda: load_file("warehouses.csv", text.encode()).warehouses)
    if refusal:
        first, *faults = refusal.splitlines()
        assert first == "The settings files are wrong; nothing was read."
        assert faults
        assert all(fault.startswith("  settings/warehouses.csv:") for fault in faults)
        return
    rows = [
        row
        for row in csv.reader(io.StringIO(text, newline=""), strict=True)
        if "".join(row).strip()
    ]
    assert len(found) == max(len(rows) - 1, 0)
    for rule, row in zip(found, rows[1:], strict=True):
        assert [rule.branch_id, rule.warehouse] == [int(row[0]), row[1].strip()]
        assert not any(cell.strip() for cell in row[3:])


NEARLY_RIGHT = st.tuples(
    st.sampled_from(["3", "4", "x"]),
    st.sampled_from(["Main", '"Main"x', '"Main', 'Ma"in', '"a,b"', "a;b"]),
    st.sampled_from(["yes", "no,", "yes,extra", "maybe"]),
).map(",".join)


@given(
    st.lists(NEARLY_RIGHT | LINES | TEXT, max_size=4),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_any_text_is_a_file_of_rules_or_refused_by_its_lines(
    lines: list[str], has_header: bool, end: str
) -> None:
    """A file never breaks the program: each of its faults names the file, and what is kept is whole."""
    header = ["branch_id,warehouse,is_enabled"] if has_header else []
    text = end.join([*header, *lines])
    check_warehouses(text)


@given(st.lists(NEARLY_RIGHT, min_size=1, max_size=2))
def test_a_cell_that_is_cut_or_glued_is_refused(lines: list[str]) -> None:
    """A row with broken quotes, or with more cells than columns, is never read as a shorter one."""
    check_warehouses("\n".join(["branch_id,warehouse,is_enabled", *lines]))


@given(st.binary(max_size=60), st.sampled_from(["utf-16", "utf-8", "latin-1"]))
def test_any_bytes_are_a_file_of_rules_or_refused(content: bytes, encoding: str) -> None:
    """A file in another encoding, or of no text at all, is refused by its name."""
    header = "group,is_included\nStäff,".encode(encoding)
    found, refusal = refused(lambda: load_file("customer_groups.csv", header + content))
    assert "settings/customer_groups.csv" in refusal or found.customer_groups
