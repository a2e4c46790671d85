"""The filters as Cin7's grammar wants them."""

from datetime import UTC, date, datetime, timedelta, timezone

from cin7_pipeline.omni.filters import after_key, ids_where, window_where
from cin7_pipeline.window import Window


def test_everything_has_no_filter():
    """A whole read sends no `where` at all."""
    assert window_where(Window.whole()) is None


def test_an_open_window_is_read_by_modification():
    """A lookback finds every edit, whatever the document's own date."""
    window = Window.lookback(datetime(2026, 3, 10, 15, tzinfo=UTC), days=2)
    assert window_where(window) == "modifiedDate >= '2026-03-08T00:00:00Z'"


def test_a_closed_window_is_read_by_modification_or_creation():
    """A history window finds what was created in it even when it was edited later."""
    assert window_where(Window.days(date(2026, 3, 1), date(2026, 3, 2))) == (
        "(modifiedDate >= '2026-03-01T00:00:00Z' AND modifiedDate < '2026-03-03T00:00:00Z')"
        " OR (createdDate >= '2026-03-01T00:00:00Z' AND createdDate < '2026-03-03T00:00:00Z')"
    )


def test_moments_are_sent_in_utc_and_never_narrow_the_window():
    """Local times are converted; a fraction of a second widens the window instead of cutting it."""
    sydney = timezone(timedelta(hours=11))
    start = datetime(2026, 3, 1, 0, 0, 0, 700_000, tzinfo=sydney)
    end = datetime(2026, 3, 2, 0, 0, 0, 1, tzinfo=sydney)
    where = window_where(Window(start, end))
    assert "modifiedDate >= '2026-02-28T13:00:00Z'" in where
    assert "modifiedDate < '2026-03-01T13:00:01Z'" in where


def test_ids_are_listed_without_spaces():
    """A list of ids is as short as it can be, because the URL must stay short."""
    assert ids_where("id", [3, 1, 2]) == "id IN (3,1,2)"


def test_a_continuation_applies_to_the_whole_filter():
    """`OR` inside a filter does not let rows before the last key back in."""
    assert after_key("a = 1 OR b = 2", "id", ">", 7) == "(a = 1 OR b = 2) AND id > 7"


def test_a_continuation_may_include_the_last_key():
    """Where rows tie on a key, the next page starts with that key again."""
    assert after_key(None, "productOptionId", "<=", 7) == "productOptionId <= 7"
