"""The table of promises in tests/README.md."""

import re
from pathlib import Path

from tests.expected import COMPARED, SHOWN_BY_CASES

TESTS = Path(__file__).parents[1]
README = (TESTS / "README.md").read_text(encoding="utf-8")


def test_every_path_exists() -> None:
    """A test or folder that the README of the tests names is there."""
    named = re.findall(r"`([a-z_]+/[\w/*.]*)`", README)
    assert named
    assert [path for path in named if not list(TESTS.glob(path.rstrip("/")))] == []


def test_it_names_the_tables_that_are_compared() -> None:
    """The two rows on what shows a table right name the tables of the oracle's own two lists."""
    compared, shown = re.findall(r"^\| (`\w+`(?:, `\w+`){5,}) \|", README, re.MULTILINE)
    assert set(re.findall(r"\w+", compared)) == COMPARED
    assert set(re.findall(r"\w+", shown)) == SHOWN_BY_CASES
