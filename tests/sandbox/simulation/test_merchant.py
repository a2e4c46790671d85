from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from cin7_pipeline.sandbox.ledger import Ledger
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size

SMALL = Size(products=20, orders_per_day=3, purchase_orders_per_week=2, transfers_per_week=2)
DOCUMENTS = (
    "sales_orders",
    "purchase_orders",
    "transfers",
    "credit_notes",
    "adjustments",
    "production_jobs",
)
FACTS = ("products", "options", "branches", "contacts", "bom_masters", *DOCUMENTS, "stock")


def test_two_merchants_with_the_same_arguments_have_the_same_ledger() -> None:
    """A ledger is a pure function of seed, opening day, size and time."""
    timestamp = datetime(2026, 7, 20, 4, 30, tzinfo=UTC)
    one = Merchant(3, date(2026, 6, 1), SMALL).ledger(timestamp)
    assert one == Merchant(3, date(2026, 6, 1), SMALL).ledger(timestamp)
    assert one != Merchant(4, date(2026, 6, 1), SMALL).ledger(timestamp)


def test_looking_further_ahead_never_changes_the_past() -> None:
    """A merchant that has been asked for next year says the same about today as one that has not."""
    timestamp = datetime(2026, 8, 1, 1, 2, 3, tzinfo=UTC)
    far_sighted = Merchant(3, date(2026, 6, 1), SMALL)
    far_sighted.ledger(timestamp + timedelta(days=300))
    assert far_sighted.ledger(timestamp) == Merchant(3, date(2026, 6, 1), SMALL).ledger(timestamp)


def test_nothing_in_the_ledger_lies_in_the_future(series: list[Ledger]) -> None:
    """Every fact was created and last modified at or before its time, in whole seconds of UTC."""
    for ledger in series:
        for name in FACTS:
            for fact in getattr(ledger, name):
                assert fact.modified_at <= ledger.timestamp
                assert fact.modified_at.microsecond == 0
                assert fact.modified_at.utcoffset() == timedelta(0)
                assert getattr(fact, "created_at", fact.modified_at) <= fact.modified_at


def test_a_document_that_did_not_change_is_not_modified(series: list[Ledger]) -> None:
    """A document differs from its earlier self exactly when its modification time moved on."""
    for before, after in pairwise(series):
        for name in DOCUMENTS:
            later = {document.id: document for document in getattr(after, name)}
            for document in getattr(before, name):
                new = later[document.id]
                assert new.modified_at >= document.modified_at
                if new.modified_at == document.modified_at:
                    assert new == document


def test_nothing_ever_leaves_the_ledger(series: list[Ledger]) -> None:
    """Whatever was in the ledger stays in it, deleted documents marked as such."""
    for before, after in pairwise(series):
        for name in DOCUMENTS:
            earlier = {document.id for document in getattr(before, name)}
            assert earlier <= {document.id for document in getattr(after, name)}


def test_ids_and_line_ids_are_unique(ledger: Ledger) -> None:
    """Ids name one document of a kind, line ids one line of the whole account."""
    lines: list[int] = []
    for name in DOCUMENTS:
        documents = getattr(ledger, name)
        assert len({document.id for document in documents}) == len(documents)
        lines += [line.id for document in documents for line in document.lines]
    assert len(set(lines)) == len(lines)


def test_a_time_before_the_opening_is_refused() -> None:
    """There is no ledger before the merchant opened, and the error says from when on there is one."""
    with pytest.raises(ValueError, match="opened on 2026-06-01"):
        Merchant(7, date(2026, 6, 1), SMALL).ledger(datetime(2026, 5, 1, tzinfo=UTC))


def test_threads_may_ask_at_the_same_time() -> None:
    """Asked for many times by many threads, a merchant says what it would say to one."""
    times = [datetime(2026, 6, 5, tzinfo=UTC) + timedelta(days=9 * step) for step in range(8)]
    shared = Merchant(3, date(2026, 6, 1), SMALL)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(shared.ledger, reversed(times)))
    alone = Merchant(3, date(2026, 6, 1), SMALL)
    assert found == [alone.ledger(timestamp) for timestamp in reversed(times)]
