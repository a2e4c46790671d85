"""Projected stock and the movements behind it."""

from collections import defaultdict
from datetime import date
from decimal import Decimal

TODAY = date(2026, 6, 15)
END = date(2026, 12, 12)


def by_day(tables, warehouse="North"):
    """The projection of item 1 at a warehouse, by date."""
    return {
        row["day_on"]: row
        for row in tables["projected_stock"]
        if (row["product_option_id"], row["warehouse"]) == (1, warehouse)
    }


def pairs(tables):
    """The items and warehouses that are projected."""
    return {(row["product_option_id"], row["warehouse"]) for row in tables["projected_stock"]}


def figures(row):
    """Opening, both receipts, demand, and both projections of a day."""
    names = ("opening", "purchase_receipts", "transfer_receipts", "demand")
    return [row[name] for name in (*names, "projected_known", "projected")]


def test_stock_is_projected_from_what_is_available(shop):
    """It starts at available, receipts come on their day, and 181 days are shown."""
    shop.on_hand(1, 1, 10, open_sales=4, incoming=99, holding=3)
    shop.purchase(1, shop.line(1, quantity=5, done=2), eta_at="2026-06-16")
    shop.transfer(2, shop.line(2), dispatched_at="2026-06-10", received_at="2026-06-12")
    shop.transfer(3, shop.line(3, quantity=4), dispatched_at="2026-06-14")
    tables = shop.tables()
    days = by_day(tables)
    assert (min(days), max(days), len(days)) == (TODAY, END, 181)
    assert figures(days[TODAY]) == [6, 0, 0, 0, 6, 6]
    assert figures(days[date(2026, 6, 16)]) == [6, 3, 0, 0, 9, 9]
    assert figures(days[END]) == [9, 0, 0, 0, 9, 9]
    assert figures(by_day(tables, "South")[date(2026, 6, 16)]) == [0, 0, 4, 0, 4, 4]


def test_demand_is_taken_off_every_day(shop):
    """Today's demand counts; cover is what is left over a day's demand, and never negative."""
    shop.on_hand(1, 1, 2)
    shop.sale(1, shop.line(quantity=28), dispatched_at="2026-06-02")
    days = by_day(shop.tables())
    assert figures(days[TODAY]) == [2, 0, 0, 1, 2, 1]
    assert figures(days[date(2026, 6, 17)]) == [0, 0, 0, 1, 2, -1]
    cover = [(row["days_of_cover"], row["is_stockout"]) for row in days.values()]
    assert cover[:3] == [(1, False), (0, True), (0, True)]


def test_what_is_overdue_comes_today_and_what_is_beyond_the_horizon_does_not(shop):
    """Receipts of the last day count, later ones never, but their item is projected."""
    shop.purchase(1, shop.line(1, quantity=1), eta_at="2026-06-01")
    shop.purchase(2, shop.line(2, quantity=2), eta_at="2026-12-12")
    shop.purchase(3, shop.line(3, quantity=4), eta_at="2026-12-13")
    shop.purchase(4, shop.line(4, quantity=4), eta_at="2026-12-13", branch_id=2)
    tables = shop.tables()
    assert by_day(tables)[TODAY]["projected"] == 1
    assert by_day(tables)[END]["projected"] == 3
    assert by_day(tables, "South")[END]["projected"] == 0


def test_what_does_not_count_is_not_projected(shop):
    """Drafts, transfers inside one warehouse and supply without a date leave no trace."""
    shop.purchase(1, shop.line(1), is_approved=False, eta_at="2026-06-20")
    shop.purchase(2, shop.line(2))
    shop.transfer(3, shop.line(3), dispatched_at="2026-06-02", destination_branch_id=1)
    assert pairs(shop.tables()) == set()


def test_items_with_any_stock_figure_are_projected(shop):
    """What is on hand, available, incoming or in transit is shown; a row of zeros is not."""
    for id_, figure in enumerate(("on_hand", "open_sales", "incoming", "holding", "virtual"), 2):
        shop.option(id_, f"S{id_}")
        if figure == "on_hand":
            shop.on_hand(id_, 1, 1, open_sales=1)
        else:
            shop.on_hand(id_, 1, 0, **{figure: 1})
    shop.transfer(1, shop.line(1), dispatched_at="2026-06-02")
    assert pairs(shop.tables()) == {(2, "North"), (3, "North"), (4, "North"), (1, "South")}


def test_every_movement_adds_up_to_the_projection(shop):
    """Quantities up to a day are that day's projected stock, for every item, warehouse and day."""
    shop.on_hand(1, 1, 10, open_sales=4)
    shop.on_hand(1, 2, 1)
    shop.sale(1, shop.line(1, quantity=10), dispatched_at="2026-06-02")
    shop.purchase(2, shop.line(2, quantity=5), shop.line(3, quantity=7), eta_at="2026-06-16")
    shop.transfer(3, shop.line(4), dispatched_at="2026-06-10", received_at="2026-06-12")
    shop.transfer(4, shop.line(5, quantity=4), dispatched_at="2026-06-14")
    tables = shop.tables()
    moved = defaultdict(Decimal)
    for row in tables["projected_stock_explained"]:
        moved[row["product_option_id"], row["warehouse"], row["day_on"]] += row["quantity"]
    balance = defaultdict(Decimal)
    for row in tables["projected_stock"]:
        pair = row["product_option_id"], row["warehouse"]
        balance[pair] += moved[*pair, row["day_on"]]
        assert row["projected"] == balance[pair]
    assert len(balance) == 2
