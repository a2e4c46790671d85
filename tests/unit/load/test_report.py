"""Rules of what a load says when parts of it failed."""

from datetime import UTC, datetime

import pytest

from cin7_pipeline.errors import Cin7Rejected, Cin7Unavailable, PipelineError, QuotaExhausted
from cin7_pipeline.load.report import LoadOutcome

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def said(*failures: PipelineError) -> PipelineError:
    with pytest.raises(PipelineError) as raised:
        LoadOutcome((), {str(n): failure for n, failure in enumerate(failures)}).raise_failures()
    return raised.value


def test_nothing_is_raised_where_nothing_failed() -> None:
    """A load without failures is a success."""
    LoadOutcome((), {}).raise_failures()


def test_every_failure_is_told_once() -> None:
    """Entities that failed alike share one sentence."""
    failure = said(*(Cin7Unavailable(text) for text in ("no answer", "no answer", "cut")))
    assert str(failure) == "no answer | cut"


def test_a_spent_day_is_told_by_its_cause() -> None:
    """What Cin7 answered explains why the other entities were not even asked for."""
    count = "5,000 of 5,000 calls used"
    failure = said(
        QuotaExhausted(count, NOON),
        QuotaExhausted("Cin7 answered 429", NOON, said_by_cin7=True),
        QuotaExhausted(count, NOON),
        Cin7Unavailable("cut"),
    )
    assert isinstance(failure, QuotaExhausted)
    assert str(failure) == "Cin7 answered 429 | cut"


def test_a_wrong_key_is_told_alone() -> None:
    """A key that is wrong is wrong everywhere: nothing else needs to be said."""
    failure = said(Cin7Unavailable("cut"), Cin7Rejected("wrong key", 401))
    assert str(failure) == "wrong key"
