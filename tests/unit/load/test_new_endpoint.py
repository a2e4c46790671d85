"""What a newly declared endpoint is given without a line of code besides its declaration."""

from datetime import date

import pytest

from cin7_pipeline.load.estimate import estimate_calls
from cin7_pipeline.omni.endpoint import Endpoint, NestedTable, Reference, columns
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.window import Window
from tests.unit.load.fake_account import Company, days_ago, order

QUOTES = Endpoint(
    name="quotes",
    path="v1/Quotes",
    about="Quotes: what was offered, and may become a sales order.",
    references=(Reference("contacts", "member_id"),),
    columns=columns(
        id="id memberId", timestamp="createdDate modifiedDate", text="reference", decimal="total"
    ),
    lines=NestedTable(
        table="quote_lines",
        parent_key="quote_id",
        references=(Reference("product_options", "product_option_id"),),
        columns=columns(id="id productOptionId", decimal="qty"),
    ),
)


@pytest.fixture(autouse=True)
def _declared(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENDPOINTS, QUOTES.name, QUOTES)
    company.records_by_resource["Quotes"] = [order(1, created=2, memberId=5, total=2.5)]


def test_it_is_loaded_and_its_days_are_covered(company: Company) -> None:
    """Its documents and lines are in raw tables of its own, and each day that was read is noted."""
    assert company.load_one("quotes", lookback_days=2).new == 1
    loaded = "select quotes.id, member_id, total, qty from raw.quotes join raw.quote_lines on quote_id = 1"
    assert company.raw(loaded) == [(1, 5, 2.5, 1)]
    assert company.raw("select entity, day_on from raw.sync_coverage order by day_on") == [
        ("quotes", date(2026, 6, day)) for day in (28, 29, 30)
    ]
    assert company.load_one("quotes", lookback_days=2).unchanged == 1


def test_what_it_names_is_fetched_by_id(company: Company) -> None:
    """A contact and an option that only a quote names are read, however old they are."""
    for entity in ("contacts", "product_options"):
        company.load_one(entity)
    old = {"modifiedDate": days_ago(400)}
    company.records_by_resource["Contacts"].append({"id": 5, **old})
    company.records_by_resource["ProductOptions"].append({"id": 7, **old})
    company.load_one("quotes")
    assert [company.load_one(entity).new for entity in ("contacts", "product_options")] == [1, 1]


def test_its_history_is_estimated(company: Company) -> None:
    """What reading its documents again would cost is known before."""
    company.load_one("quotes")
    day = date.fromisoformat(days_ago(2)[:10])
    with open_warehouse(company.settings().warehouse_path) as connection:
        estimate = estimate_calls(
            connection,
            [QUOTES],
            [Window.days(day, day)],
            calls_per_minute=60,
            calls_per_day=5000,
        )
    assert estimate.calls == {"quotes": 2}
