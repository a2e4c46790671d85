"""Any text in a settings file: it means exactly what is written, or is refused by its place."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import (
    DEFAULT_CHANNEL_RULES,
    BusinessSettings,
    ChannelRule,
    CustomFieldRule,
    WarehouseRule,
    load_business_settings,
)
from tests.environment import bare_environment
from tests.text_strategies import TEXT, refused


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path) -> Iterator[None]:
    """No `.env` and no variable of this machine is read."""
    with bare_environment(tmp_path):
        yield


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
    assert last == DEFAULT_CHANNEL_RULES
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
