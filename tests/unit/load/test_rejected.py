"""Records that cannot be read: each is rejected alone and told, until it can be; too many refuse all."""

from datetime import UTC, timedelta
from typing import Any

import pytest

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.window import Window
from tests.unit.load.fake_account import NOW, Company, order

REJECTED = "select entity, id, field, reason from raw.rejected_records order by all"


def test_one_odd_record_is_rejected_and_its_earlier_version_stays(company: Company) -> None:
    """The others are loaded, what was known of it is neither changed nor deleted, and a table tells of it."""
    company.orders.extend(order(n, created=1, total=5) for n in (1, 2, 3))
    company.load_one()
    company.orders[0]["total"] = 6
    company.orders[1]["total"] = "a lot"
    report = company.load_one()
    assert (report.changed, report.unchanged, report.deleted) == (1, 1, 0)
    assert (report.rows_read, report.rejected_ids) == (2, (2,))
    held = company.raw("select id, total::int, deleted_at from raw.sales_orders order by id")
    assert held == [(1, 6, None), (2, 5, None), (3, 5, None)]
    assert company.raw(REJECTED) == [("sales_orders", 2, "total", "no number")]


def test_a_rejected_record_leaves_the_list_once_it_can_be_read(company: Company) -> None:
    """It is tried again at each reading, says since when it is odd, and is as good as new once corrected."""
    company.orders.append(order(1, created=1, total="a lot"))
    company.load_one()
    seen = "select id, first_seen_at, last_seen_at from raw.rejected_records"
    assert company.load_one(as_of=NOW + timedelta(days=1)).rejected_ids == (1,)
    ((_, first, last),) = company.raw(seen)
    assert (first.astimezone(UTC), last - first) == (NOW, timedelta(days=1))
    company.orders[0]["total"] = 7
    report = company.load_one(as_of=NOW + timedelta(days=2))
    assert (report.new, report.rejected_ids) == (1, ())
    assert company.raw("select total::int from raw.sales_orders") == [(7,)]
    assert company.raw(REJECTED) == []


def test_a_record_that_is_what_it_was_again_leaves_the_list(company: Company) -> None:
    """Put back as it is held, it is not read again and yet no longer odd."""
    company.orders.append(order(1, created=1, total=5))
    company.load_one()
    company.orders[0]["total"] = "a lot"
    company.load_one()
    company.orders[0]["total"] = 5
    assert company.load_one().unchanged == 1
    assert company.raw(REJECTED) == []


def test_another_field_at_fault_takes_the_place_of_the_first(company: Company) -> None:
    """A record stands in the list with what is wrong with it now."""
    company.orders.append(order(1, created=1, total="a lot"))
    company.load_one()
    company.orders[0] |= {"total": 5, "stage": []}
    company.load_one()
    assert [row[2] for row in company.raw(REJECTED)] == ["stage"]


def test_a_rejected_record_is_asked_for_outside_the_window(company: Company) -> None:
    """However old, it is tried again with each lookback, and one that Cin7 has no more leaves the list."""
    company.orders.extend(order(n, created=300, total="a lot") for n in (1, 2))
    company.load_one(window=Window.whole())
    company.orders[0]["total"] = 5
    company.orders.pop()
    assert company.load_one().new == 1
    assert company.raw(REJECTED) == []


def test_a_read_of_other_days_leaves_the_list_alone(company: Company) -> None:
    """Of a record that was not asked for, nothing new is known."""
    company.orders.append(order(1, created=300, total="a lot"))
    company.load_one(window=Window.whole())
    day = NOW.date() - timedelta(days=5)
    company.load_one(window=Window.days(day, day))
    assert [row[1] for row in company.raw(REJECTED)] == [1]


@pytest.mark.parametrize(("odd", "is_refused"), [(10, False), (11, True)])
def test_too_many_odd_records_are_another_shape(
    company: Company, odd: int, is_refused: bool
) -> None:
    """Above the share an entity is refused as a whole, and what is held of it stays as it was."""
    company.orders.extend(
        order(n, created=1, total="a lot" if n <= odd else 5) for n in range(1, 101)
    )
    if not is_refused:
        assert len(company.load_one().rejected_ids) == odd
        return
    with pytest.raises(ContractBroken, match=r"11 of 100 records .* 5%, id=.*: total: no number"):
        company.load_one()
    assert company.raw("select count(*) from raw.sales_orders") == [(0,)]
    assert company.raw(REJECTED) == []
    assert len(company.load_one(rejected_share_limit=0.2).rejected_ids) == 11


STOCK = {"productOptionId": 7, "size": "", "stockOnHand": 5.0}


@pytest.mark.parametrize("odd", [{"branchId": []}, {"branchId": 3, "stockOnHand": 9.3e16}])
def test_an_odd_row_of_stock_is_neither_lost_nor_taken_for_another(
    company: Company, odd: dict[str, Any]
) -> None:
    """Even without its whole key it counts as come, so that what was known of its option stays."""
    stock = company.records_by_resource["Stock"]
    stock += [STOCK | {"branchId": 3}, STOCK | {"branchId": 4}]
    company.load_one("stock")
    stock[:] = [STOCK | odd, STOCK | {"branchId": 4, "stockOnHand": 6.0}]
    report = company.load_one("stock")
    assert (report.deleted, report.changed, report.rejected_ids) == (0, 1, (7,))
    held = "select branch_id, stock_on_hand::int from raw.stock where deleted_at is null order by 1"
    assert company.raw(held) == [(3, 5), (4, 6)]
