"""Throttling: which waits are honoured, and when a 429 means that the day is spent."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from msgspec import Raw

from cin7_pipeline.errors import QuotaExhausted
from cin7_pipeline.omni.retry import RetryPolicy, retry_after_seconds


def test_waits_follow_the_backoff_and_are_longest_in_maintenance():
    """Each failure waits for its step, at most a quarter longer; a 503 waits on its own backoff."""
    retry_policy = RetryPolicy()
    for failures, step in enumerate([1, 5, 30, 60, 60], start=1):
        assert step <= retry_policy.wait(failures) <= step * 1.25
    assert retry_policy.wait(1, maintenance=True) >= 30
    assert retry_policy.wait(4, maintenance=True) >= 300


def test_a_short_retry_after_holds_everybody(client_for, rate_limiter):
    """A 429 that names a short wait is honoured by the shared rate limiter, then the call succeeds."""
    holds = []
    rate_limiter.pause_all = holds.append
    throttled = httpx.Response(
        429, content=b'"Rate limit exceeded. Retry after some time."', headers={"Retry-After": "17"}
    )
    client = client_for(throttled, httpx.Response(200, content=b"[1]"), retry_policy=RetryPolicy())
    assert client.get("v1/Stock", {}) == [Raw(b"1")]
    assert holds == [17]


def test_a_long_retry_after_spends_the_day(client_for, rate_limiter):
    """A 429 that names hours ends the call at once and every later one before it is sent."""
    client = client_for(
        httpx.Response(429, content=b'"Rate limit exceeded."', headers={"Retry-After": "7200"})
    )
    for _ in range(2):
        with pytest.raises(QuotaExhausted) as spent:
            client.get("v1/Stock", {})
    hours = (spent.value.returns_at - datetime.now(UTC)) / timedelta(hours=1)
    assert 1.9 < hours <= 2
    assert client.calls("v1/Stock") == 1
    assert rate_limiter.left() == 0


@pytest.mark.parametrize("header", [{}, {"Retry-After": "soon"}, {"Retry-After": "-5"}])
def test_unexplained_throttling_follows_the_backoff_then_exhausts_the_day(
    client_for, rate_limiter, header
):
    """429s that outlast 1, 5, 30 and 60 seconds mean the day, and the message says until when."""
    holds = []
    rate_limiter.pause_all = holds.append
    client = client_for(
        httpx.Response(429, content=b'"Rate limit exceeded."', headers=header),
        retry_policy=RetryPolicy(),
    )
    with pytest.raises(QuotaExhausted, match=r"taken as spent until \d{4}-\d\d-\d\d .* UTC"):
        client.get("v1/Stock", {})
    assert len(holds) == 4
    assert all(a <= hold <= 1.25 * a for a, hold in zip([1, 5, 30, 60], holds, strict=True))
    assert client.calls("v1/Stock") == 5
    assert rate_limiter.returns_at() is not None


def test_throttling_that_ends_costs_nothing_but_time(client_for, rate_limiter):
    """A 429 without an explanation is followed by a normal answer and leaves no pause behind."""
    client = client_for(
        httpx.Response(429),
        httpx.Response(429),
        httpx.Response(429),
        httpx.Response(200, content=b"[]"),
    )
    assert client.get("v1/Stock", {}) == []
    assert rate_limiter.returns_at() is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("0", 0),
        (" 90 ", 90),
        ("999999999999", 86_400),
        (None, None),
        ("", None),
        ("nan", None),
        ("1.5", None),
        ("²", None),
        ("Wed, 99 Foo 2026 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_defensively(header, seconds):
    """Whole seconds up to a day are believed; anything unreadable counts as absent."""
    assert retry_after_seconds(header, datetime.now(UTC)) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90), (-90, 0), (10**6, 86_400)])
def test_retry_after_may_be_a_date(ahead, seconds):
    """An HTTP date becomes the seconds until then, never negative and never beyond a day."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    header = format_datetime(now + timedelta(seconds=ahead), usegmt=True)
    assert retry_after_seconds(header, now) == seconds


@pytest.mark.parametrize("zone", ["GMT", "+0000", "-0000"])
def test_a_date_without_a_place_is_utc(zone):
    """Every spelling of Greenwich, also the one that Python reads as no zone at all, is UTC."""
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert retry_after_seconds(f"Sun, 01 Mar 2026 12:01:30 {zone}", now) == 90
    assert retry_after_seconds("Sun, 01 Mar 2026 23:01:30 +1100", now) == 90


def test_a_long_pause_is_ended_by_a_person(client_for, rate_limiter):
    """A wait of hours that a proxy made up names the command that ends it, and calls go out again."""
    mistake = httpx.Response(429, content=b'"no"', headers={"Retry-After": "86400"})
    client = client_for(mistake, httpx.Response(200, content=b"[1]"))
    for _ in range(2):
        with pytest.raises(QuotaExhausted, match="cin7 forget pause"):
            client.get("v1/Stock", {})
    rate_limiter.forget_pauses()
    assert [bytes(record) for record in client.get("v1/Stock", {})] == [b"1"]
