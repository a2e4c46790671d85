"""A shop to ask about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sample_shop import copied, open_shop, sync
from tests.unit.load.fake_account import Company


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The shop after one sync; tests only look at it."""
    with open_shop(tmp_path_factory.mktemp("shop")) as company:
        sync(company)
        yield company


@pytest.fixture
def own_shop(shop: Company, tmp_path: Path) -> Iterator[Company]:
    """The same, for a test that changes it."""
    with copied(shop, tmp_path / "data") as company:
        yield company
