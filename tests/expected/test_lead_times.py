"""What deliveries took, per lane and item."""

from decimal import Decimal


def test_each_received_order_is_one_observation_of_each_item(shop):
    """Two lines of one item are one delivery; quantiles are discrete, the spread is the sample's."""
    shop.contact(8, "Mill")
    received = ("2026-05-03", "2026-05-05", "2026-05-06", "2026-05-12", "2026-05-21")
    for id_, day in enumerate(received, 1):
        lines = shop.line(id_), shop.line(id_ + 10)
        etas = {"eta_at": "2026-05-05"} if id_ < 4 else {}
        shop.purchase(id_, *lines, created_at="2026-05-01", received_at=day, member_id=8, **etas)
    [row] = shop.tables()["lead_times"]
    assert (row["kind"], row["lane"], row["lane_name"], row["sku"]) == (
        "purchase_order",
        "8",
        "Mill",
        "A",
    )
    assert row["observation_count"] == 5
    assert [row[f"p{percent}_days"] for percent in (50, 80, 95)] == [5, 11, 20]
    assert (str(row["mean_days"]), str(row["sd_days"])) == ("8.4000", "7.3007")
    assert row["on_time_share"] == Decimal("0.6667")


def test_orders_that_were_not_wholly_received_say_nothing(shop):
    """Only delivered orders with a date and a supplier are observations."""
    shop.purchase(1, shop.line(1, done=1), member_id=8)
    shop.purchase(2, shop.line(2), received_at="2026-06-04")
    shop.purchase(3, shop.line(3), received_at="2026-06-04", member_id=8, is_void=True)
    shop.purchase(4, shop.line(4), received_at="2026-06-04", member_id=8)
    shop.change(4, deleted_at="2026-06-10")
    assert shop.tables(shop.lookback("2026-06-05"), shop.lookback())["lead_times"] == []


def test_a_transfer_lane_is_from_warehouse_to_warehouse(shop):
    """A transfer takes from its dispatch to its receipt, and has no date to be late on."""
    shop.transfer(1, shop.line(1), dispatched_at="2026-06-02", received_at="2026-06-05")
    shop.transfer(2, shop.line(2), received_at="2026-06-05")
    [row] = shop.tables()["lead_times"]
    assert (row["lane"], row["lane_name"], row["mean_days"]) == (
        "North → South",
        "North → South",
        3,
    )
    assert (row["sd_days"], row["on_time_share"]) == (None, None)
