"""How values are written for people, on a terminal and on the page."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from cin7_pipeline.page.sections import in_words
from cin7_pipeline.text import exact, written


@pytest.mark.parametrize(
    ("value", "on_terminal", "on_page"),
    [
        (None, "", ""),
        (True, "yes", "yes"),
        (1234, "1,234", "1,234"),
        (Decimal("2.0000"), "2", "2"),
        (2.25, "2.2", "2.2"),
        (Decimal("1234.5600"), "1,234.6", "1,235"),
        (date(2026, 3, 3), "2026-03-03", "3 Mar 2026"),
        (datetime(2026, 3, 3, 9, 5, 7, tzinfo=UTC), "2026-03-03 09:05", "3 Mar 2026"),
    ],
)
def test_a_value_is_short_and_reads_alike_everywhere(
    value: Any, on_terminal: str, on_page: str
) -> None:
    """Only days and the parts of thousands differ: the page has no room for them."""
    assert (written(value), in_words(value)) == (on_terminal, on_page)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1000"), "1,000"),
        (Decimal("1234.5600"), "1,234.56"),
        (Decimal("0.0000"), "0"),
        (1000, "1000"),
        (None, ""),
    ],
)
def test_an_exact_number_has_all_its_digits(value: Any, text: str) -> None:
    """No zeros that say nothing stand behind the point, and an id is no number to set apart."""
    assert exact(value) == text
