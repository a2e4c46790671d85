"""An account in which other programs wrote odd things: each is told, and everything is published."""

from collections.abc import Iterator
from typing import Any

import duckdb
import msgspec
import pytest

from tests.sample_shop import SKU, cin7, enter, line, open_shop, sale, sync
from tests.unit.load.fake_account import Company

# As another program cut it.
HALF_AN_EMOJI = msgspec.Raw(rb'"Chair \ud83e"')
Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The sample shop after a good first day; today odd records have come, and stock has changed."""
    with open_shop(tmp_path_factory.mktemp("odd")) as company:
        sync(company)
        stock, notes = (company.records_by_resource[name] for name in ("Stock", "CreditNotes"))
        stock[0]["stockOnHand"] = 11.0
        stock.append({**stock[0], "branchId": None, "stockOnHand": 4.0})
        notes[0] |= {"currencyRate": "unknown", "lineItems": [line(4010, qty=-2.0)]}
        company.orders.extend(
            [
                sale(601, "ODD-1", lineItems=[line(5005), line(5005), line(0), line(0)]),
                sale(602, "ODD-2", lineItems=[line(6020), None, {}]),
                sale(603, 1001, company=HALF_AN_EMOJI),
                sale(604, "ODD-4", lineItems=[line(6040, qty="much")]),
            ]
        )
        sync(company)
        yield company


def planning(shop: Company, query: str) -> Rows:
    """Rows of the published tables."""
    with duckdb.connect(str(shop.folder / "cin7.duckdb"), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_lines_that_repeat_an_id_count_by_their_place(shop: Company) -> None:
    """All four lines of two units were sold; one keeps the id, the others have their places."""
    query = "select line_id, quantity::int from planning.sales_lines where sales_order_id = 601"
    assert sorted(planning(shop, query)) == [(-4, 2), (-3, 2), (-2, 2), (5005, 2)]


def test_a_null_among_the_lines_keeps_no_other_from_being_sold(shop: Company) -> None:
    """It is no line that anything could be told of, and stands with what is left out."""
    query = "select line_id, quantity::int from planning.sales_lines where sales_order_id = 602"
    assert planning(shop, query) == [(6020, 2)]
    query = "select line_id, rule from planning.excluded_lines where document_id = 602 order by 1"
    assert [row[0] for row in planning(shop, query)] == [-3, -2]


def test_what_is_odd_is_told(shop: Company) -> None:
    """Each line without an id of its own has a warning, each record that cannot be read an error."""
    query = """
        select document_kind, document_id, line_id, severity from planning.data_issues
        where issue in ('line_id_repeated', 'record_rejected') order by all
    """
    assert planning(shop, query) == [
        ("credit_note", 401, 0, "error"),
        ("sales_order", 601, -4, "warning"),
        ("sales_order", 601, -3, "warning"),
        ("sales_order", 601, -2, "warning"),
        ("sales_order", 602, -3, "warning"),
        ("sales_order", 602, -2, "warning"),
        ("sales_order", 604, 0, "error"),
    ]
    query = "select entity, rejected_count from planning.sync_status where rejected_count > 0"
    assert sorted(planning(shop, query)) == [("credit_notes", 1), ("sales_orders", 1)]


def test_one_unreadable_record_holds_up_itself_alone(shop: Company) -> None:
    """The credit note stands as it was, and the stock is today's."""
    query = "select quantity::int from planning.return_lines where credit_note_id = 401"
    assert planning(shop, query) == [(1,)]
    query = f"select warehouse, on_hand::int from planning.inventory where sku = '{SKU}'"
    found = dict(planning(shop, query))
    assert found["Main DC"] == 11
    assert found["unmapped"] == 4


def test_a_number_for_a_reference_is_its_text_and_half_an_emoji_a_mark(shop: Company) -> None:
    """Neither keeps an order from being counted."""
    query = "select order_number from planning.sales_lines where sales_order_id = 603"
    assert planning(shop, query) == [("1001",)]
    stored = shop.raw("select company from raw.sales_orders where id = 603")
    assert stored == [("Chair \ufffd",)]


def test_the_command_names_what_was_rejected(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends well, and says which records planners will find in their data issues."""
    enter(shop, monkeypatch)
    result = cin7("sync")
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert "sales_orders: rejected, as it cannot be read: 604; planning.data_issues" in told
