"""A shop to ask about."""

from collections.abc import Iterator

import pytest

from tests.load.company import Company
from tests.shop import open_shop, sync


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The shop after one sync; tests only look at it."""
    with open_shop(tmp_path_factory.mktemp("shop")) as company:
        sync(company)
        yield company
