"""Fixtures of the load tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.load.fake_account import Company, open_company


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """A company without a single document."""
    with open_company(tmp_path) as opened:
        yield opened
