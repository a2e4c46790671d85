from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from cin7_pipeline.console import console, table_of

WORDS = st.text("abc-9_é", min_size=1, max_size=24)
CELLS = st.lists(WORDS, max_size=6).map(" ".join) | st.integers(0, 10**9) | st.none()
TABLES = st.integers(1, 7).flatmap(
    lambda count: st.tuples(
        st.lists(
            st.lists(WORDS, min_size=1, max_size=2).map(" ".join), min_size=count, max_size=count
        ),
        st.lists(st.lists(CELLS, min_size=count, max_size=count), min_size=1, max_size=4),
    )
)


def shown(columns: list[str], rows: list[list[object]], width: int = 80) -> list[str]:
    paper = Console(width=width, file=StringIO())
    paper.print(table_of("", columns, rows))
    return paper.file.getvalue().splitlines()


@given(TABLES)
def test_no_word_is_broken_in_80_columns(table: tuple[list[str], list[list[object]]]) -> None:
    """Every word of every cell stands in one piece, in lines of 80 columns at most."""
    columns, rows = table
    lines = shown(columns, rows)
    assert all(len(line) <= 80 for line in lines)
    words = {word for line in lines for word in line.split()}
    for row in rows:
        for value in row:
            cell = f"{value:,}" if isinstance(value, int) else value or ""
            assert set(cell.split()) <= words


def test_names_of_columns_break_behind_their_underscores() -> None:
    """Where a name is longer than its values and there is no room, it has two lines."""
    lines = shown(["order_number", "destination"], [["PO-1", "Main DC"]], width=19)
    assert [line.split() for line in lines[:2]] == [["order_"], ["number", "destination"]]


def test_a_row_too_wide_for_any_table_is_a_list() -> None:
    """Names and values stand below one another, a blank line between the rows."""
    lines = shown(["one", "two"], [["a" * 30, "b" * 30], ["c", None]], width=40)
    assert [line.split() for line in lines] == [
        ["one", "a" * 30],
        ["two", "b" * 30],
        [],
        ["one", "c"],
    ]


def test_no_color_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR nothing but text is sent, on a terminal too."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in written("[bold]bold[/bold]")
    monkeypatch.setenv("NO_COLOR", "1")
    assert written("[bold]bold[/bold]") == "bold\n"


def written(text: str) -> str:
    screen = console()
    with screen.capture() as capture:
        screen.print(text)
    return capture.get()
