"""The order of the tests, and how many examples of a property are tried: few and the same, or many and new.

`HYPOTHESIS_PROFILE=thorough` asks for the second; `make test` runs the first.
"""

import os
import tempfile

import pytest
from hypothesis import HealthCheck, settings

EVERYWHERE = {
    "deadline": None,  # tests are never timed
    "print_blob": True,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
}
settings.register_profile("quick", max_examples=60, derandomize=True, **EVERYWHERE)
settings.register_profile("thorough", max_examples=3000, **EVERYWHERE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


# The calls of a test are never counted among those of whoever runs it.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="cin7-tests-state-")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest first, and the others fill the gaps in the end."""
    long = {"end_to_end", "warehouse", "test_models.py"}
    items.sort(key=lambda item: long.isdisjoint(item.path.parts))
