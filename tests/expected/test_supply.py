"""Purchase orders and transfers: states, open quantities, expected dates, what counts."""

from datetime import date

import pytest


def only(tables, table):
    """The table's single row."""
    [row] = tables[table]
    return row


@pytest.mark.parametrize(
    ("changes", "done", "state", "open_quantity"),
    [
        ({"is_void": True, "received_at": "2026-06-05"}, 0, "Archived", 0),
        ({"is_approved": False}, 0, "Draft", 5),
        ({"received_at": "2026-06-05"}, 2, "Delivered", 0),
        ({}, 5, "Delivered", 0),
        ({}, 2, "Active", 3),
    ],
)
def test_a_purchase_order_has_one_of_four_states(shop, changes, done, state, open_quantity):
    """Void, draft, received and active are told apart in this order; only two have open goods."""
    shop.purchase(1, shop.line(quantity=5, done=done), **changes)
    row = only(shop.tables(), "purchase_order_lines")
    assert (row["state"], row["open_quantity"]) == (state, open_quantity)


def test_lines_without_an_item_do_not_keep_a_purchase_order_open(shop):
    """An order is delivered once every line that is an item is received."""
    shop.purchase(
        1,
        shop.line(1, quantity=5, done=6),
        shop.line(2, option_id=0, code="freight"),
        shop.line(3, quantity=-1),
    )
    shop.purchase(2, shop.line(4, option_id=0, done=1), shop.line(5, quantity=0))
    states = {row["line_id"]: row["state"] for row in shop.tables()["purchase_order_lines"]}
    assert states == {1: "Delivered", 3: "Delivered", 5: "Active"}


def test_a_gone_purchase_order_leaves_unless_it_was_void(shop):
    """Purged voids stay as Archived; other purchase orders that vanish are excluded as gone."""
    shop.purchase(1, shop.line(1, quantity=5, unit_price=2))
    shop.purchase(2, shop.line(2), is_void=True)
    shop.change(1, deleted_at="2026-06-10")
    shop.change(2, deleted_at="2026-06-10")
    tables = shop.tables(shop.lookback("2026-06-05"), shop.lookback())
    assert only(tables, "purchase_order_lines")["state"] == "Archived"
    row = only(tables, "excluded_lines")
    assert (row["rule"], row["document_id"], row["quantity"], row["value"]) == ("gone", 1, 5, 10)


def test_a_purchase_order_is_expected_on_its_eta_or_after_its_suppliers_usual_days(shop):
    """Without an ETA the supplier's discrete median decides, without history nothing does."""
    for id_, received_at in enumerate(("2026-05-05", "2026-05-11", "2026-05-21", "2026-05-31"), 1):
        shop.purchase(
            id_, shop.line(id_), created_at="2026-05-01", received_at=received_at, member_id=8
        )
    shop.purchase(5, shop.line(5), created_at="2026-06-01", member_id=8)
    shop.purchase(6, shop.line(6), eta_at="2026-06-20 14:00", member_id=8)
    shop.purchase(7, shop.line(7), member_id=9)
    shop.contact(8, "Mill")
    rows = {row["document_id"]: row for row in shop.tables()["replenishments"]}
    shown = {
        id_: (row["expected_on"], row["expected_on_basis"], row["source"], row["why_not_counted"])
        for id_, row in rows.items()
    }
    assert shown[1] == (date(2026, 5, 5), "received", "Mill", "delivered")
    assert shown[5] == (date(2026, 6, 15), "lead_time", "Mill", None)
    assert shown[6] == (date(2026, 6, 21), "eta", "Mill", None)
    assert shown[7] == (None, "unknown", "Supplier 9", "no expected date")
    assert [id_ for id_, row in rows.items() if row["is_overdue"]] == [5]
    assert rows[5]["promised_on"] == date(2026, 6, 11)


def test_an_overdue_purchase_order_is_expected_after_its_suppliers_usual_lateness(shop):
    """From today on the supplier's median lateness counts; early receipts are on time."""
    late = ("2026-05-01", "2026-05-11", "2026-05-14", "2026-05-20")  # 0, 1, 4 and 10 days late
    for id_, received_at in enumerate(late, 1):
        shop.purchase(
            id_, shop.line(id_), eta_at="2026-05-10", received_at=received_at, member_id=8
        )
    shop.purchase(5, shop.line(5), eta_at="2026-06-14 13:59", member_id=8)
    shop.purchase(6, shop.line(6), eta_at="2026-06-14 14:00", member_id=8)
    shop.purchase(7, shop.line(7), eta_at="2026-06-01", member_id=9)
    shop.purchase(8, shop.line(8), eta_at="2026-06-01", member_id=8, is_approved=False)
    rows = {row["document_id"]: row for row in shop.tables()["replenishments"]}
    shown = {
        id_: (rows[id_]["promised_on"].day, rows[id_]["expected_on"].day, rows[id_]["is_overdue"])
        for id_ in (5, 6, 7, 8)
    }
    assert shown == {5: (14, 16, True), 6: (15, 15, False), 7: (1, 15, True), 8: (1, 1, False)}
    assert rows[5]["expected_on_basis"] == "eta"


def test_an_overdue_transfer_is_expected_today(shop):
    """A transfer's lateness is not known, so that it may come any moment; its line keeps the date."""
    shop.transfer(1, shop.line(1), dispatched_at="2026-06-01", received_at="2026-06-04")
    shop.transfer(2, shop.line(2), dispatched_at="2026-06-02")
    tables = shop.tables()
    row = next(row for row in tables["replenishments"] if row["document_id"] == 2)
    assert (row["promised_on"], row["expected_on"]) == (date(2026, 6, 5), date(2026, 6, 15))
    line = next(row for row in tables["transfer_lines"] if row["transfer_id"] == 2)
    assert line["expected_on"] == date(2026, 6, 5)


@pytest.mark.parametrize(
    ("changes", "state", "received", "open_quantity"),
    [
        ({}, "Draft", 0, 5),
        ({"dispatched_at": "2026-06-02"}, "Active", 0, 5),
        ({"dispatched_at": "2026-06-02", "received_at": "2026-06-04"}, "Delivered", 5, 0),
        ({"is_void": True}, "Draft", 0, 5),
    ],
)
def test_a_transfer_has_one_of_four_states(shop, changes, state, received, open_quantity):
    """Received, dispatched and draft are told by dates; Cin7 cannot say that one is void."""
    shop.transfer(1, shop.line(quantity=5), **changes)
    row = only(shop.tables(), "transfer_lines")
    shown = row["state"], row["received_quantity"], row["open_quantity"]
    assert shown == (state, received, open_quantity)


def test_a_gone_transfer_is_archived_unless_it_was_received(shop):
    """A transfer that vanished before it arrived is Archived, one that arrived is excluded."""
    shop.transfer(1, shop.line(1), dispatched_at="2026-06-02")
    shop.transfer(2, shop.line(2), dispatched_at="2026-06-02", received_at="2026-06-04")
    shop.change(1, deleted_at="2026-06-10")
    shop.change(2, deleted_at="2026-06-10")
    tables = shop.tables(shop.lookback("2026-06-05"), shop.lookback())
    row = only(tables, "transfer_lines")
    assert (row["state"], row["open_quantity"], row["expected_on"]) == ("Archived", 0, None)
    row = only(tables, "excluded_lines")
    assert (row["document_kind"], row["document_id"], row["rule"]) == ("transfer", 2, "gone")


def test_a_transfer_on_its_way_is_expected_after_its_lanes_usual_days(shop):
    """The lane's received transfers tell how long an active one takes; its age counts on."""
    shop.transfer(1, shop.line(1), dispatched_at="2026-06-01", received_at="2026-06-04")
    shop.transfer(2, shop.line(2, quantity=4, done=1), dispatched_at="2026-06-10")
    shop.transfer(3, shop.line(3), dispatched_at="2026-06-10", destination_branch_id=1)
    rows = {row["transfer_id"]: row for row in shop.tables()["transfer_lines"]}
    shown = rows[2]["expected_on"], rows[2]["expected_on_basis"], rows[2]["age_days"]
    assert shown == (date(2026, 6, 13), "lead_time", 5)
    assert (rows[2]["received_quantity"], rows[2]["open_quantity"]) == (1, 3)
    assert (rows[1]["expected_on"], rows[1]["expected_on_basis"]) == (date(2026, 6, 4), "received")
    assert (rows[3]["expected_on"], rows[3]["expected_on_basis"]) == (None, "unknown")


def test_supply_that_is_not_counted_says_why(shop):
    """The first reason in order is named, and what has none is counted."""
    shop.branch(3, "Shed")
    shop.branch(4, "Closed")
    shop.branch(5, "Forgotten")
    warehouses = {1: ("N", True), 2: ("S", True), 3: ("N", True), 4: ("C", False)}
    eta = {"eta_at": "2026-06-20"}
    shop.purchase(1, shop.line(1), is_approved=False, **eta)
    shop.purchase(2, shop.line(2), is_void=True, **eta)
    shop.purchase(3, shop.line(3), received_at="2026-06-05")
    shop.purchase(4, shop.line(4, quantity=2, done=2), shop.line(5, quantity=2), **eta)
    shop.purchase(5, shop.line(6), branch_id=5, **eta)
    shop.purchase(6, shop.line(7), branch_id=4, **eta)
    shop.transfer(7, shop.line(8), destination_branch_id=3, dispatched_at="2026-06-02")
    shop.transfer(8, shop.line(9), dispatched_at="2026-06-02")
    shop.transfer(9, shop.line(10), destination_branch_id=4)
    rows = shop.tables(warehouses=warehouses)["replenishments"]
    assert {row["line_id"]: row["why_not_counted"] for row in rows} == {
        1: "draft",
        2: "archived",
        3: "delivered",
        4: "nothing open",
        5: None,
        6: "warehouse unmapped",
        7: "warehouse disabled",
        8: "same warehouse",
        9: "no expected date",
        10: "draft",
    }
    assert [row["line_id"] for row in rows if row["is_counted"]] == [5]


def test_replenishments_name_where_goods_come_from(shop):
    """A transfer comes from a warehouse, a purchase order from a supplier, if one is named."""
    shop.purchase(1, shop.line(1))
    shop.transfer(2, shop.line(2))
    sources = [
        (row["kind"], row["source"], row["source_branch_or_supplier_id"])
        for row in shop.tables()["replenishments"]
    ]
    assert sources == [("purchase_order", "unknown", None), ("transfer", "North", 1)]


def test_documents_that_are_gone_say_nothing_about_a_lane(shop):
    """A received document that vanished is no observation of how long goods travel."""
    shop.purchase(1, shop.line(1), member_id=8, received_at="2026-06-03")
    shop.purchase(2, shop.line(2), member_id=8)
    shop.transfer(3, shop.line(3), dispatched_at="2026-06-01", received_at="2026-06-03")
    shop.transfer(4, shop.line(4), dispatched_at="2026-06-01")
    shop.change(1, deleted_at="2026-06-10")
    shop.change(3, deleted_at="2026-06-10")
    before = shop.tables(shop.lookback("2026-06-05"))["replenishments"]
    bases = {row["document_id"]: row["expected_on_basis"] for row in before}
    assert (bases[2], bases[4]) == ("lead_time", "lead_time")
    after = shop.tables(shop.lookback("2026-06-05"), shop.lookback())["replenishments"]
    assert {row["expected_on_basis"] for row in after} == {"unknown"}


def test_what_is_expected_today_is_not_overdue(shop):
    """Overdue begins the local day after the expected one, and only for active supply."""
    shop.purchase(1, shop.line(1), eta_at="2026-06-14 14:00")
    shop.purchase(2, shop.line(2), eta_at="2026-06-14 13:59")
    shop.purchase(3, shop.line(3), eta_at="2026-06-10", is_approved=False)
    rows = shop.tables()["replenishments"]
    assert [row["document_id"] for row in rows if row["is_overdue"]] == [2]
