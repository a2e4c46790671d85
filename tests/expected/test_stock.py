"""Stock per warehouse, its daily snapshots, and the warehouses themselves."""

from datetime import date


def stock(rows):
    """On hand and in transit per option and warehouse."""
    return {
        (row["product_option_id"], row["warehouse"]): (row["on_hand"], row["in_transit"])
        for row in rows
    }


def test_branches_of_one_warehouse_are_summed(shop):
    """A warehouse's stock is the sum over its branches; available is Cin7's own arithmetic."""
    shop.on_hand(1, 1, 5, open_sales=7, incoming=2)
    shop.on_hand(1, 2, 3, holding=1, virtual=4)
    [row] = shop.tables(warehouses={1: ("All", True), 2: ("All", True)})["inventory"]
    figures = [row[name] for name in ("on_hand", "open_sales", "available", "incoming")]
    assert figures == [8, 7, 1, 2]
    assert (row["holding"], row["virtual"], row["sku"]) == (1, 4, "A")
    assert str(row["as_of_at"]) == "2026-06-15 00:00:00"


def test_goods_on_their_way_stand_at_their_destination(shop):
    """Only active transfers between two warehouses are in transit, also without any stock row."""
    shop.on_hand(1, 1, 5)
    shop.transfer(1, shop.line(1, quantity=4, done=1), dispatched_at="2026-06-10")
    shop.transfer(2, shop.line(2, quantity=9))
    shop.transfer(3, shop.line(3, quantity=9), dispatched_at="2026-06-10", destination_branch_id=1)
    assert stock(shop.tables()["inventory"]) == {(1, "North"): (5, 0), (1, "South"): (0, 3)}


def test_stock_of_an_unknown_item_or_branch_is_shown(shop):
    """Stock is never dropped: its own code names it, and `unmapped` holds unknown branches."""
    shop.on_hand(50, 9, 2, code="GHOST")
    tables = shop.tables()
    [row] = tables["inventory"]
    assert (row["sku"], row["warehouse"], row["on_hand"]) == ("GHOST", "unmapped", 2)
    assert [(row["issue"], row["document_id"]) for row in tables["data_issues"]] == [
        ("branch_unmapped", 9)
    ]


def test_each_local_day_has_the_last_snapshot_of_the_day(shop):
    """The day is the account's, and a later read of it replaces the earlier one."""
    shop.on_hand(1, 1, 5)
    reads = [shop.lookback(m) for m in ("2026-06-10 00:00", "2026-06-10 13:00", "2026-06-10 14:00")]
    rows = shop.tables(*reads)["inventory_daily"]
    assert [(str(row["snapshot_on"]), str(row["as_of_at"])) for row in rows] == [
        ("2026-06-10", "2026-06-10 13:00:00"),
        ("2026-06-11", "2026-06-10 14:00:00"),
    ]


def test_snapshots_show_what_was_in_transit_on_their_day(shop):
    """A transfer is in transit from its dispatch until the day before it is received."""
    shop.transfer(1, shop.line(1, quantity=4), dispatched_at="2026-06-09", modified_at="2026-06-09")
    shop.change(1, modified_at="2026-06-11", received_at="2026-06-11")
    shop.transfer(2, shop.line(2, quantity=6, done=1), dispatched_at="2026-06-10")
    days = ("2026-06-08", "2026-06-09", "2026-06-10", "2026-06-11")
    rows = shop.tables(*(shop.lookback(day) for day in days))["inventory_daily"]
    assert [(row["snapshot_on"], row["in_transit"]) for row in rows] == [
        (date(2026, 6, 9), 4),
        (date(2026, 6, 10), 9),
        (date(2026, 6, 11), 5),
    ]


def test_without_settings_every_branch_is_its_own_warehouse(empty_shop):
    """A warehouse is named like its branch, and is enabled if any branch of that name is active."""
    empty_shop.branch(1, " North ")
    empty_shop.branch(2, "North", is_active=False)
    empty_shop.branch(3, "Old", is_active=False)
    empty_shop.branch(4, "")
    tables = empty_shop.tables()
    assert [tuple(row.values()) for row in tables["warehouses"]] == [
        ("Branch 4", True, 1),
        ("North", True, 2),
        ("Old", False, 1),
    ]
    assert tables["data_issues"] == []


def test_with_settings_a_forgotten_branch_is_unmapped(shop):
    """A branch without a row is an error, a row without a branch a warning, neither is dropped."""
    shop.sale(1, shop.line(done=1), created_at="2026-03-17")
    tables = shop.tables(warehouses={2: ("Main", True), 9: ("Main", True), 8: ("Empty", False)})
    assert [tuple(row.values()) for row in tables["warehouses"]] == [
        ("Empty", False, 0),
        ("Main", True, 1),
        ("unmapped", False, 1),
    ]
    assert [(row["branch_id"], row["is_mapped"]) for row in tables["branch_warehouses"]] == [
        (1, False),
        (2, True),
    ]
    assert tables["sales_lines"][0]["warehouse"] == "unmapped"
    issues = [(r["issue"], r["severity"], r["document_id"]) for r in tables["data_issues"]]
    assert issues == [
        ("branch_unmapped", "error", 1),
        ("warehouse_setting_without_branch", "warning", 8),
        ("warehouse_setting_without_branch", "warning", 9),
    ]


def test_a_document_without_a_branch_is_reported_under_branch_zero(shop):
    """Branch 0 stands for none: it is unmapped and excludes nothing."""
    shop.sale(1, shop.line(done=1), branch_id=0)
    shop.transfer(2, shop.line(), destination_branch_id=77)
    tables = shop.tables()
    assert (tables["sales_lines"][0]["branch_id"], tables["excluded_lines"]) == (None, [])
    assert [row["document_id"] for row in tables["data_issues"]] == [0, 77]
