"""The note of releases that could not be made: what it says, and what takes it away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cin7_pipeline.warehouse.failed_release import FailedRelease, last_failure, noted

MONDAY = datetime(2026, 6, 29, 19, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where the note is."""
    return tmp_path / "failed_release.json"


def fail(note: Path, now: datetime, problem: str) -> None:
    """A release that cannot be made."""
    with pytest.raises(ZeroDivisionError), noted(note, now):
        raise ZeroDivisionError(problem)


def test_a_failure_says_what_failed_since_when(note: Path) -> None:
    """Of releases that fail in a row, the first says since when and the last what it was."""
    fail(note, MONDAY, "core.items: 1 row breaks grain")
    fail(note, TUESDAY, "core.items: 2 rows break grain")
    assert str(last_failure(note)) == (
        "no release could be made since 2026-06-29 19:00 UTC: core.items: 2 rows break grain"
    )


def test_a_release_that_is_made_ends_it(note: Path) -> None:
    """Nothing is told once people read what was read last."""
    fail(note, MONDAY, "broken")
    with noted(note, TUESDAY):
        pass
    assert last_failure(note) is None


def test_a_stopped_release_is_no_failure(note: Path) -> None:
    """Ctrl-C leaves no draft and no note: the next run makes the release."""
    with pytest.raises(KeyboardInterrupt), noted(note, MONDAY):
        raise KeyboardInterrupt
    assert last_failure(note) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"since": "soon", "problem": null}'])
def test_a_damaged_note_is_no_note(note: Path, content: str) -> None:
    """What cannot be read says nothing, and stops nothing."""
    note.write_text(content)
    assert last_failure(note) is None
    fail(note, TUESDAY, "broken")
    assert last_failure(note) == FailedRelease(TUESDAY, "broken")


@pytest.mark.parametrize(
    ("problem", "told"),
    [("Binder Error: no column\n\nLINE 1: select x\n", "no column LINE 1: select x"), ("", "Zero")],
)
def test_a_note_is_one_line_whatever_was_raised(note: Path, problem: str, told: str) -> None:
    """An error of several lines is folded into one, and one without a text is told by its name."""
    fail(note, MONDAY, problem)
    text = str(last_failure(note))
    assert told in text
    assert "\n" not in text
