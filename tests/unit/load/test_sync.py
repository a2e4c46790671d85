"""What a load changes in the tables, what it leaves as it was, and which days it says to have read."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from cin7_pipeline.errors import Cin7Rejected, ContractBroken, SettingsError
from cin7_pipeline.load import merge
from cin7_pipeline.window import Window
from tests.unit.load.fake_account import Company, days_ago, open_company, order


def test_the_same_window_twice_rewrites_nothing(company: Company) -> None:
    """A second load of unchanged documents writes no row, and each keeps its version."""
    company.orders.extend(order(n, created=n) for n in range(1, 6))
    first = company.load_one()
    before = company.raw("select id, row_hash, read_at from raw.sales_orders order by id")
    second = company.load_one()
    assert (first.new, first.changed, first.unchanged) == (5, 0, 0)
    assert (second.new, second.changed, second.unchanged) == (0, 0, 5)
    assert company.raw("select id, row_hash, read_at from raw.sales_orders order by id") == before


def test_a_first_load_that_is_broken_off_leaves_no_document_without_its_lines(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents that stand without their lines would count as loaded ever after."""
    company.orders.append(order(1, created=1))
    rows = merge._rows

    def cut(*arguments: Any) -> tuple[Any, ...]:
        documents, _ = rows(*arguments)
        return documents, "no lines"

    monkeypatch.setattr(merge, "_rows", cut)
    with pytest.raises(duckdb.Error):
        company.load_one()
    assert company.raw("select count(*) from raw.sales_orders") == [(0,)]
    monkeypatch.undo()
    company.load_one()
    assert company.raw("select count(*) from raw.sales_order_lines") == [(1,)]


def test_a_document_and_its_lines_are_replaced_together(company: Company) -> None:
    """A line that vanished from a document vanishes here, even the last one."""
    lines = [{"id": 11, "qty": 1}, {"id": 12, "qty": 2, "sizes": [{"name": "M", "qty": 2}]}]
    company.orders.append(order(1, created=3, lineItems=lines))
    company.load_one()
    assert company.raw("select id, qty from raw.sales_order_lines order by id") == [
        (11, Decimal(1)),
        (12, Decimal(2)),
    ]
    company.orders[0] = order(1, created=3, lineItems=[{"id": 12, "qty": 3}])
    assert company.load_one().changed == 1
    assert company.raw("select id, qty from raw.sales_order_lines") == [(12, Decimal(3))]
    company.orders[0] = order(1, created=3, lineItems=[])
    company.load_one()
    assert company.raw("select count(*) from raw.sales_order_lines") == [(0,)]


def test_an_endpoint_of_another_shape_fails_and_no_other(company: Company) -> None:
    """An endpoint whose records cannot be read keeps its earlier data; the others are loaded."""
    company.orders.append(order(1, created=1))
    company.load_one()
    company.orders.extend(order(n, created=1, total="a lot") for n in range(2, 15))
    company.records_by_resource["CreditNotes"].append({"id": 5, "createdDate": days_ago(1)})
    company.records_by_resource["CreditNotes"][0]["modifiedDate"] = days_ago(1)
    outcome = company.sync_endpoints("sales_orders", "credit_notes")
    assert [report.entity for report in outcome.reports] == ["credit_notes"]
    assert "13 of 14 records cannot be read" in str(outcome.failures["sales_orders"])
    assert company.raw("select id from raw.sales_orders") == [(1,)]
    with pytest.raises(ContractBroken):
        outcome.raise_failures()


def test_json_without_a_bottom_fails_its_endpoint_and_no_other(company: Company) -> None:
    """Nested more deeply than can be read, a record takes neither the run nor another endpoint with it."""
    deep = msgspec.Raw(b"[" * 100_000 + b"]" * 100_000)
    company.orders.append(order(1, created=1, lineItems=[{"id": 1, "sizes": deep}]))
    company.records_by_resource["CreditNotes"].append(order(5, created=1))
    outcome = company.sync_endpoints("sales_orders", "credit_notes")
    assert [report.entity for report in outcome.reports] == ["credit_notes"]
    assert "nested too deeply" in str(outcome.failures["sales_orders"])
    assert isinstance(outcome.failures["sales_orders"], ContractBroken)


def test_days_are_covered_only_when_the_load_is_complete(company: Company) -> None:
    """The coverage ledger names each day of a window that was read to its end, and none that failed."""
    company.orders.extend(order(n, created=1, total="a lot") for n in range(1, 12))
    company.sync_endpoints("sales_orders", lookback_days=2)
    assert company.raw("select count(*) from raw.sync_coverage") == [(0,)]
    company.orders.clear()
    company.load_one(lookback_days=2)
    assert company.raw("select entity, day_on from raw.sync_coverage order by day_on") == [
        ("sales_orders", date(2026, 6, day)) for day in (28, 29, 30)
    ]


def test_a_whole_read_covers_every_day_since_the_oldest_document(company: Company) -> None:
    """Reading everything reads each day of the account's life, so that none of them is unknown."""
    company.orders.extend([order(1, created=3), order(2, created=1)])
    company.load_one(window=Window.whole())
    company.load_one(window=Window.whole())
    assert company.raw("select entity, day_on from raw.sync_coverage order by day_on") == [
        ("sales_orders", date(2026, 6, day)) for day in (27, 28, 29, 30)
    ]


def test_no_permission_names_the_endpoint(tmp_path: Path) -> None:
    """A missing permission toggle is a Cin7Rejected that names it."""
    with open_company(tmp_path, forbidden={"CreditNotes"}) as company:
        outcome = company.sync_endpoints("credit_notes")
    assert isinstance(outcome.failures["credit_notes"], Cin7Rejected)


def test_mapped_custom_fields_are_read_and_no_others(company: Company) -> None:
    """What `custom_fields.csv` maps is stored; a changed mapping rewrites a record when it is read."""
    company.orders.append(order(1, created=1, customFields={"orders_1": "A", "orders_2": "B"}))
    company.load_one()
    stored = "select custom_fields from raw.sales_orders"
    assert company.raw(stored) == [(None,)]
    company.folder.joinpath("settings").mkdir()
    mapping = company.folder / "settings" / "custom_fields.csv"
    mapping.write_text("entity,cin7_field,name\nsales_orders,orders_2,Forwarder\n")
    assert company.load_one().changed == 1
    assert company.raw(stored) == [('{"orders_2":"B"}',)]
    company.faults.ignored_parameters = {"fields"}
    assert [company.load_one().changed for _ in range(2)] == [1, 0]  # other text, the same content
    assert company.raw(stored) == [('{"orders_2":"B"}',)]


def test_an_older_warehouse_gets_the_columns_declared_since(company: Company) -> None:
    """A warehouse of an earlier version is read on: new columns appear, and rows stay."""
    company.orders.extend(order(n, created=n) for n in range(1, 3))
    company.load_one()
    company.raw("alter table raw.sales_orders drop column member_email_state")
    company.raw("alter table raw.sales_orders drop column custom_fields")
    company.orders[0] = order(1, created=1, total=5.0, memberEmail="nobody")
    assert company.load_one().changed == 1
    assert company.raw("select id, member_email_state from raw.sales_orders order by id") == [
        (1, "invalid"),
        (2, None),
    ]


def test_two_accounts_are_never_mixed(company: Company) -> None:
    """A warehouse that holds one account's data refuses another's, and changes nothing."""
    company.orders.append(order(1, created=1))
    company.load_one()
    with pytest.raises(SettingsError, match=r"another account's data.*CIN7_DATA_DIR"):
        company.sync_endpoints("sales_orders", username="somebody-else", as_of=None)
    assert company.raw("select count(*) from raw.sales_orders") == [(1,)]
