"""What holds of every window and every cut of it, whatever its bounds and the account's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin7_pipeline.omni.filters import window_where
from cin7_pipeline.pipeline import SLICE_DAYS, history_slices
from cin7_pipeline.sandbox.server.where import Fields, compile_where
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.window import EARLIEST, Window
from dagster_project.defs.history import window_of

# Whole hours, halves and quarters; both hemispheres; a zone that shifts by half an hour and one that
# once skipped a day.
ZONES = (
    "UTC",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Europe/London",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Pacific/Chatham",
)
# Clocks change in these nights, in one zone or another.
CHANGES = [date(2026, 4, 5), date(2025, 10, 5), date(2026, 3, 29), date(2026, 3, 8)]
FIRST, LAST = datetime(2010, 1, 1), datetime(2030, 1, 1)  # noqa: DTZ001

zones = st.sampled_from(ZONES).map(ZoneInfo)
near_a_change = st.builds(
    lambda day, seconds: datetime.combine(day, time()) + timedelta(seconds=seconds),
    st.sampled_from(CHANGES),
    st.integers(-90_000, 90_000),
)
local_times = st.one_of(
    st.datetimes(FIRST, LAST),
    near_a_change,
    st.builds(datetime.combine, st.dates(), st.just(time())),
).filter(lambda moment: FIRST <= moment <= LAST)
moments = st.builds(
    lambda moment, zone, fold: moment.replace(tzinfo=zone, fold=fold),
    local_times,
    zones,
    st.integers(0, 1),
)
days = st.dates(FIRST.date(), LAST.date())


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Bounds in any zone, in order; either may be missing at the end, none at the start."""
    start, end = sorted(draw(st.tuples(moments, moments)), key=lambda moment: moment.timestamp())
    return Window(start, draw(st.sampled_from([end, None])))


@given(windows(), st.integers(1, 400), moments)
def test_slices_cover_their_window_without_a_gap_or_an_overlap(
    window: Window, size: int, now: datetime
) -> None:
    """Each slice begins where the one before it ends, and the outer bounds are the window's own."""
    slices = window.slices(size, now)
    assert slices[0].start == window.start
    assert slices[-1].end == window.end
    assert all(a.end is not None and a.end == b.start for a, b in pairwise(slices))


@given(windows(), st.integers(1, 400), moments)
def test_no_slice_is_longer_than_asked_for(window: Window, size: int, now: datetime) -> None:
    """A slice has so many times 24 hours at most, up to now, and all but the last have exactly so many."""
    *full, last = window.slices(size, now)
    end = min((last.end or now).timestamp(), now.timestamp())
    assert {part.end.timestamp() - part.start.timestamp() for part in full} <= {size * 86_400}
    assert end - last.start.timestamp() <= size * 86_400


@given(windows(), st.integers(1, 60), st.integers(1, 60), moments)
def test_a_slice_of_a_slice_is_a_slice(
    window: Window, size: int, smaller: int, now: datetime
) -> None:
    """Cutting the pieces again still covers the same window, each bound once."""
    pieces = [piece for part in window.slices(size, now) for piece in part.slices(smaller, now)]
    assert (pieces[0].start, pieces[-1].end) == (window.start, window.end)
    assert all(a.end == b.start for a, b in pairwise(pieces))


@given(st.dates(), st.dates(), moments)
def test_history_is_read_newest_first(first: date, last: date, now: datetime) -> None:
    """The slices of a range of days are in order, the newest first, and together are the range."""
    window = Window.days(min(first, last), max(first, last))
    slices = history_slices(load_settings(as_of=now), window)
    assert slices == window.slices(SLICE_DAYS, now)[::-1]
    assert len(slices) < 2000
    assert all(newer.start == older.end for newer, older in pairwise(slices))


@given(windows(), moments)
def test_the_days_of_a_window_are_those_with_a_moment_of_it(window: Window, now: datetime) -> None:
    """Days covered are in order, each once, and exactly those that share a moment with the window."""
    end = min(window.end or datetime.max.replace(tzinfo=UTC), now + timedelta(microseconds=1))
    midnights = [
        datetime.combine(window.start.date() + timedelta(days=n), time(), tzinfo=UTC)
        for n in range((min(end, LAST.replace(tzinfo=UTC)) - window.start).days + 3)
    ]
    shared = [m for m in midnights if max(m, window.start) < min(m + timedelta(days=1), end)]
    assert list(window.dates(now)) == [moment.date() for moment in shared]


@given(moments, st.integers(1, 10**12))
def test_a_lookback_begins_at_a_midnight_of_utc(now: datetime, count: int) -> None:
    """It reaches back the days asked for, or to the first day that Cin7 can have, and has no end."""
    window = Window.lookback(now, count)
    today = now.astimezone(UTC).date()
    back = (today - window.start.date()).days
    assert window.start.timetz() == time(tzinfo=UTC)
    assert back == count if back < (today - EARLIEST).days else window.start.date() == EARLIEST
    assert window.end is None


@given(days, st.integers(0, 40), moments)
def test_the_window_of_a_partition_range_is_its_days(first: date, more: int, now: datetime) -> None:
    """A range that reaches now stays open at its end; any other ends where the next day begins."""
    start = datetime.combine(first, time(), tzinfo=UTC)
    span = dg.TimeWindow(start, start + timedelta(days=more + 1))
    window, whole = window_of(span, now), Window.days(first, first + timedelta(days=more))
    assert window.start == whole.start
    assert window.end == (None if whole.end > now else whole.end)


# There the clock was once put back a minute after midnight: into the day before.
ZONES_WITHOUT_A_SECOND_EVENING = [zone for zone in ZONES if zone != "America/St_Johns"]


@given(st.sampled_from(ZONES_WITHOUT_A_SECOND_EVENING), days)
def test_a_local_day_is_one_stretch_of_utc(zone: str, day: date) -> None:
    """The moments of a local day follow one another: 23 to 25 hours, and then it is the next day's turn."""
    settings = Settings(time_zone=zone)
    begin = datetime.combine(day - timedelta(days=1), time(), tzinfo=UTC)
    quarters = [begin + timedelta(minutes=15 * n) for n in range(4 * 72)]
    found = [settings.local_date(moment) for moment in quarters]
    assert found == sorted(found)
    hours = found.count(day) / 4
    assert 22.5 <= hours <= 25.5 or (zone, day) == ("Pacific/Apia", date(2011, 12, 30))


def seconds_near(window: Window) -> st.SearchStrategy[datetime | None]:
    """Moments in whole seconds around the bounds of a window, and anywhere; or none."""
    bounds = [bound.replace(microsecond=0) for bound in (window.start, window.end) if bound]
    near = st.builds(
        lambda bound, seconds: bound + timedelta(seconds=seconds),
        st.sampled_from(bounds),
        st.integers(-2, 2),
    )
    anywhere = st.datetimes(FIRST, LAST, timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    )
    return st.none() | near | anywhere


def as_cin7_writes(moment: datetime | None) -> str | None:
    """A moment on the wire."""
    return moment and f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


@given(st.data(), windows())
def test_the_filter_of_a_window_finds_exactly_its_documents(
    data: st.DataObject, window: Window
) -> None:
    """What was changed in it, or created in it where it has an end; a bound inside a second widens it."""
    created, changed = data.draw(st.tuples(seconds_near(window), seconds_near(window)))
    document = {"createdDate": as_cin7_writes(created), "modifiedDate": as_cin7_writes(changed)}
    found = compile_where(window_where(window), Fields([document])).predicate(document)

    start = window.start.replace(microsecond=0)

    def lies_in(moment: datetime | None) -> bool:
        return moment is not None and start <= moment and (not window.end or moment < window.end)

    assert found is (lies_in(changed) or (window.end is not None and lies_in(created)))


@given(st.data(), windows(), st.integers(1, 400), moments)
def test_the_slices_of_a_window_find_what_the_window_finds(
    data: st.DataObject, window: Window, size: int, now: datetime
) -> None:
    """No document of a window is lost by cutting it."""
    created, changed = data.draw(st.tuples(seconds_near(window), seconds_near(window)))
    document = {"createdDate": as_cin7_writes(created), "modifiedDate": as_cin7_writes(changed)}

    def finds(part: Window) -> bool:
        return compile_where(window_where(part), Fields([document])).predicate(document)

    slices = [finds(part) for part in window.slices(size, now)]
    assert any(slices) >= finds(window)


@given(st.datetimes())
def test_a_bound_without_a_time_zone_is_refused(moment: datetime) -> None:
    """Nobody can say which moment a clock without a zone means."""
    with pytest.raises(ValueError, match="has no time zone"):
        Window(moment)
