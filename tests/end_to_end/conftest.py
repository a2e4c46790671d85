"""Scenarios of the end-to-end tests."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from cin7_pipeline.sandbox.simulation.market import LIVELY
from cin7_pipeline.sandbox.simulation.merchant import Merchant
from tests.end_to_end.mistyped import MistypedMerchant
from tests.end_to_end.rules import COMPANY
from tests.end_to_end.scenario import Scenario, open_scenario

MORNING = datetime(2026, 6, 30, 19, tzinfo=UTC)


@pytest.fixture(scope="session")
def merchant() -> Merchant:
    """A merchant whose account has been open for eight months on the first morning; its demand moves."""
    return MistypedMerchant(opened_on=date(2025, 11, 1), market=LIVELY)


@pytest.fixture
def scenario(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, merchant: Merchant
) -> Iterator[Scenario]:
    """The account before its first sync, with its own rules and a lookback of 14 days."""
    with open_scenario(
        tmp_path,
        monkeypatch,
        merchant=merchant,
        moment=MORNING,
        rules=COMPANY,
        lookback_days=14,
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def synced_scenario(
    tmp_path_factory: pytest.TempPathFactory, merchant: Merchant
) -> Iterator[Scenario]:
    """The account after one sync of 90 days from the command line; tests only look at it."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        open_scenario(
            tmp_path_factory.mktemp("synced"),
            monkeypatch,
            merchant=merchant,
            moment=MORNING,
            rules=COMPANY,
        ) as opened,
    ):
        opened.sync_by_command()
        yield opened
