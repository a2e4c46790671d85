"""The note of a build that did not pass: what it says, and which builds take it away."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cin7_pipeline.models.build_marker import FailedBuild, failed_build, mark_until_passed

MONDAY = datetime(2026, 6, 29, 19, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Where the note is, in a folder that is not there yet."""
    return tmp_path / "state" / "build_unfinished"


def fail(note: Path, now: datetime, problem: str, *, is_whole: bool = True) -> None:
    """A build that breaks a rule."""
    with (
        pytest.raises(ZeroDivisionError),
        mark_until_passed(note, now, is_whole=is_whole),
    ):
        raise ZeroDivisionError(problem)


def test_a_build_that_passes_leaves_no_note(note: Path) -> None:
    """While it runs the note is there, so that a kill leaves it; afterwards it is not."""
    with mark_until_passed(note, MONDAY, is_whole=True):
        assert failed_build(note) == FailedBuild(MONDAY)
    assert failed_build(note) is None


def test_a_build_that_fails_says_what_failed_since_when(note: Path) -> None:
    """Of builds that fail in a row, the first says since when and the last what it was."""
    fail(note, MONDAY, "core.items: 1 row breaks grain")
    fail(note, TUESDAY, "core.items: 2 rows break grain")
    told = str(failed_build(note))
    assert told == "no build has passed since 2026-06-29 19:00 UTC: core.items: 2 rows break grain"


def test_a_build_that_is_left_in_the_middle_counts_as_stopped(note: Path) -> None:
    """Ctrl-C and kills give no reason, and the note says so."""
    with pytest.raises(KeyboardInterrupt), mark_until_passed(note, MONDAY, is_whole=True):
        raise KeyboardInterrupt
    assert failed_build(note) == FailedBuild(MONDAY)
    assert "is still running or was stopped" in str(failed_build(note))


def test_a_part_does_not_mend_what_a_whole_build_left(note: Path) -> None:
    """Only a build of all models makes tables of one build of all, and keeps the reason until then."""
    fail(note, MONDAY, "core.items: broken")
    with mark_until_passed(note, TUESDAY, is_whole=False):
        pass
    assert failed_build(note) == FailedBuild(MONDAY, "core.items: broken")
    with mark_until_passed(note, TUESDAY, is_whole=True):
        pass
    assert failed_build(note) is None


def test_a_part_that_passes_after_a_whole_build_leaves_no_note(note: Path) -> None:
    """Where nothing was unfinished, rebuilding some models leaves nothing unfinished."""
    with mark_until_passed(note, MONDAY, is_whole=False):
        pass
    assert failed_build(note) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"since": "soon", "problem": null}'])
def test_a_note_that_cannot_be_read_still_counts(note: Path, content: str) -> None:
    """A note of an earlier version, which is empty, or a damaged one keeps tables from being published."""
    note.parent.mkdir()
    note.write_text(content)
    found = failed_build(note)
    assert found is not None
    assert found.problem is None


@pytest.mark.parametrize(
    ("problem", "told"),
    [("Binder Error: no column\n\nLINE 1: select x\n", "no column LINE 1: select x"), ("", "Zero")],
)
def test_a_note_is_one_line_whatever_was_raised(note: Path, problem: str, told: str) -> None:
    """An error of several lines is folded into one, and one without a text is told by its name."""
    fail(note, MONDAY, problem)
    text = str(failed_build(note))
    assert told in text
    assert "\n" not in text
