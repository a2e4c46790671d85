"""A merchant at the age at which it shows everything, and its ledger at several times."""

from datetime import UTC, date, datetime, timedelta

import pytest

from cin7_pipeline.sandbox.ledger import Ledger
from cin7_pipeline.sandbox.simulation.merchant import Merchant

OPENED_ON = date(2026, 6, 1)
AT_120_DAYS = datetime(2026, 9, 29, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def now() -> datetime:
    """A Tuesday noon in Sydney, 120 days after the opening."""
    return AT_120_DAYS


@pytest.fixture(scope="session")
def merchant() -> Merchant:
    return Merchant(opened_on=OPENED_ON)


@pytest.fixture(scope="session")
def ledger(merchant: Merchant, now: datetime) -> Ledger:
    return merchant.ledger(now)


@pytest.fixture(scope="session")
def next_year(merchant: Merchant, now: datetime) -> Ledger:
    """The ledger when the merchant is about a year old."""
    return merchant.ledger(now + timedelta(days=240))


@pytest.fixture(scope="session")
def series(merchant: Merchant, now: datetime) -> list[Ledger]:
    """The ledger every four days of the first 120."""
    return [merchant.ledger(now - timedelta(days=back)) for back in range(116, -1, -4)]
