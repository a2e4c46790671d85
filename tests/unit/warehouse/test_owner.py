"""Whose data a warehouse holds, under which settings and by which clock; what does not fit is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.pipeline import check_models, publish_release
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.releases import Releases, roll_back
from tests.sample_shop import cin7, copied, enter, open_shop, sync
from tests.unit.load.fake_account import NOW, Company

SNAPSHOTS = "select snapshot_on, stock_on_hand, read_at from raw.stock_snapshots order by 1"
# Opened lately, it is soon simulated.
SANDBOX = {"username": None, "api_key": None, "sandbox_opened_on": date(2026, 6, 20)}
STATE = (SNAPSHOTS, "from raw.sync_coverage order by all", "from raw.sync_log order by all")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The shop after its first sync."""
    with open_shop(tmp_path_factory.mktemp("shop")) as company:
        sync(company)
        yield company


@pytest.fixture
def shop(synced: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The same for one test, which finds it in its environment."""
    with copied(synced, tmp_path / "data") as company:
        enter(company, monkeypatch)
        yield company


def state(shop: Company) -> list[list[tuple[Any, ...]]]:
    """What a read writes that can never be read again, or that says how fresh everything is."""
    return [shop.raw(query) for query in STATE]


def published(shop: Company, query: str) -> list[tuple[Any, ...]]:
    """Rows of what people read."""
    with duckdb.connect(str(shop.settings().published_path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_fixed_time_never_reads_a_live_account(shop: Company) -> None:
    """Under CIN7_AS_OF nothing of a real account is read, so nothing is written of it."""
    before = state(shop)
    with pytest.raises(SettingsError, match=r"CIN7_AS_OF .* 2026-06-30 20:00:00 UTC"):
        shop.sync_endpoints("stock", username="somebody")
    with pytest.raises(SettingsError, match="CIN7_AS_OF"):
        shop.sync_endpoints("stock", base_url="https://api.cin7.com/api")
    assert state(shop) == before


def test_a_clock_that_went_backwards_reads_nothing(shop: Company) -> None:
    """The stock of a day is never written over by a read that takes itself for an earlier one."""
    before = state(shop)
    shop.records_by_resource["Stock"][0]["stockOnHand"] = 999.0
    earlier = NOW - timedelta(days=1)
    with pytest.raises(SettingsError, match=r"2026-06-29 20:00:00 UTC.*at 2026-06-30 20:00:00"):
        shop.sync_endpoints("stock", as_of=earlier)
    assert state(shop) == before


def test_clocks_are_corrected_by_seconds(shop: Company) -> None:
    """A few seconds back are no other clock."""
    assert shop.load_one("stock", as_of=NOW - timedelta(seconds=30)).unchanged == 1


def test_a_clock_before_the_last_read_builds_and_publishes_nothing(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables of an earlier today are only made where somebody fixes that time in so many words."""
    monkeypatch.setattr(Settings, "now", lambda _self: datetime(2026, 1, 1, tzinfo=UTC))
    own = shop.settings(as_of=None)
    with pytest.raises(SettingsError, match=r"clock says 2026-01-01.*2026-06-30"):
        list(check_models(own))
    with pytest.raises(SettingsError, match=r"clock says 2026-01-01.*2026-06-30"):
        publish_release(own)
    assert list(check_models(shop.settings(as_of=NOW - timedelta(days=9))))


def test_what_was_read_under_a_clock_that_was_ahead_is_of_no_later_day(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the day of its snapshot comes unread, nothing is shown of it; nothing raw holds is of later."""
    ahead, now, then = (NOW + timedelta(days=days) for days in (2, 0.1, 2.1))
    del shop.records_by_resource["SalesOrders"][0]
    shop.load_one("stock", as_of=ahead)
    shop.load_one("sales_orders", as_of=ahead)
    monkeypatch.setenv("CIN7_AS_OF", now.isoformat())
    assert cin7("forget", "clock").exit_code == 0
    times = "greatest(max(read_at), max(deleted_at))"
    assert shop.raw(f"select {times} <= '{now}' from raw.sales_orders") == [(True,)]
    log = "select max(complete_until) <= '{}', max(started_at) <= '{}' from raw.sync_log"
    assert shop.raw(log.format(now, now)) == [(True, True)]
    monkeypatch.setenv("CIN7_AS_OF", then.isoformat())
    assert cin7("publish").exit_code == 0
    days = published(shop, "select max(snapshot_on) from planning.inventory_daily")
    assert days == shop.raw(
        "select max(snapshot_on) from raw.stock_snapshots where isfinite(read_at)"
    )
    assert days < shop.raw("select max(snapshot_on) from raw.stock_snapshots")


def test_a_clock_that_was_ahead_is_forgotten_on_demand(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a read under a wrong clock the right time counts again, and the earlier snapshots are kept."""
    kept = shop.raw(SNAPSHOTS)
    ahead, now = NOW + timedelta(days=400), NOW + timedelta(hours=1)
    for entity in ("sales_orders", "stock"):
        shop.load_one(entity, as_of=ahead)
    monkeypatch.setenv("CIN7_AS_OF", now.isoformat())
    assert cin7("sync").exit_code == 1
    assert cin7("forget", "clock").exit_code == 0
    assert cin7("sync").exit_code == 0
    assert shop.raw("select max(read_at) < '2026-07-01' from raw.sync_coverage") == [(True,)]
    last = "select max(data_as_of_at), min(data_as_of_at) from planning.sync_status"
    assert published(shop, last) == [(now.replace(tzinfo=None),) * 2]
    days = published(shop, "select distinct snapshot_on from planning.inventory_daily")
    assert days == [row[:1] for row in kept]


@pytest.mark.parametrize(
    ("others", "words"),
    [
        (SANDBOX, "another account's data"),
        ({"username": "somebody"}, "another account's data"),
        ({"time_zone": "UTC"}, "was read with CIN7_TIME_ZONE=Australia/Sydney and not UTC"),
        ({"price_tier": "retail"}, "was read with CIN7_PRICE_TIER=wholesale and not retail"),
    ],
    ids=str,
)
def test_another_account_or_other_settings_build_and_publish_nothing(
    shop: Company, monkeypatch: pytest.MonkeyPatch, others: dict[str, Any], words: str
) -> None:
    """From another folder, without the account's `.env`, no table is made and none is published."""
    for name in ("USERNAME", "API_KEY", "BASE_URL"):
        monkeypatch.delenv(f"CIN7_{name}")
    settings = shop.settings(**others)
    with pytest.raises(SettingsError, match=words):
        list(check_models(settings))
    with pytest.raises(SettingsError, match=words):
        publish_release(settings)
    with pytest.raises(SettingsError, match=words):
        shop.sync_endpoints("stock", **others | ({"as_of": None} if "username" in others else {}))


def test_other_settings_are_taken_when_the_earlier_ones_are_forgotten(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A zone that was wrong from the start can be put right, but not by accident."""
    monkeypatch.setenv("CIN7_TIME_ZONE", "Pacific/Auckland")
    assert cin7("build").exit_code == 1
    assert cin7("forget", "settings").exit_code == 0
    assert cin7("publish").exit_code == 0
    assert shop.raw("select time_zone from raw.sync_owner") == [("Pacific/Auckland",)]


def test_one_account_has_one_name_however_its_address_is_spelled(shop: Company) -> None:
    """A slash at the end, capitals in the host or a port that goes without saying are no other account."""
    names = {
        load_settings(username="me", api_key="k", time_zone="UTC", base_url=address).account_id
        for address in (
            "https://api.cin7.com/api",
            "https://api.cin7.com/api/",
            "https://API.Cin7.com/api",
            "https://api.cin7.com:443/api",
        )
    }
    assert len(names) == 1
    shop.raw("update raw.sync_owner set owner = '4711'")
    with pytest.raises(SettingsError) as refusal:
        list(check_models(shop.settings()))
    assert "clean" not in str(refusal.value)
    earlier = shop.settings().account_ids[1]
    shop.raw(f"update raw.sync_owner set owner = '{earlier}', time_zone = null, price_tier = null")
    assert list(check_models(shop.settings()))
    assert shop.raw("select owner, time_zone from raw.sync_owner") == [
        (shop.settings().account_id, "Australia/Sydney")
    ]


def test_a_release_of_a_fixed_time_says_so_and_is_no_older_than_it_is(shop: Company) -> None:
    """Its name tells the time that it describes, and a rollback from it leads to the one before."""
    before = Releases(shop.folder).shown()
    shop.raw("update raw.sync_owner set owner = ?", [shop.settings(username="me").account_id])
    release = publish_release(shop.settings(username="me", as_of=NOW - timedelta(days=9)))
    assert release is not None
    shown = Releases(shop.folder).shown()
    assert shown is not None
    assert shown.endswith("-as-of-20260621T200000Z")
    assert roll_back(shop.folder, None, now=NOW).shown == before
    assert Releases(shop.folder).kept() == [shown, before]


def test_a_fixed_time_is_told(shop: Company) -> None:
    """Whoever left CIN7_AS_OF in a file is told at every command."""
    own = shop.settings(username="somebody")
    assert any("CIN7_AS_OF fixes the time" in each for each in own.warnings())
    now = shop.settings(username="somebody", as_of=None)
    assert not any("CIN7_AS_OF" in each for each in now.warnings())
