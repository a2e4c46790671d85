"""The real models, parsed once, and an empty account to try cases on."""

from collections.abc import Iterator

import duckdb
import pytest

from cin7_pipeline.models.catalogue import Catalogue, load_catalogue
from tests.sql.cases import Bench


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """Every model of `sql/`."""
    return load_catalogue()


@pytest.fixture(scope="session")
def bench(catalogue: Catalogue) -> Iterator[Bench]:
    """An empty account; each case leaves it as it was."""
    bench = Bench(catalogue)
    yield bench
    bench.close()


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory."""
    with duckdb.connect() as connection:
        yield connection
