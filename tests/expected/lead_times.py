"""This module makes the table `lead_times`: what suppliers and transfer lanes took to deliver each item."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tests.expected.expected_dates import quantile
from tests.expected.values import Row, rounded

Key = tuple[str, str, str, int, str]


@dataclass
class Deliveries:
    """What is known of one item's deliveries on one lane, by document."""

    sku: str
    days: dict[int, int] = field(default_factory=dict)
    in_time: dict[int, bool] = field(default_factory=dict)

    def figures(self) -> Row:
        """Return the columns beside the grain; only promised deliveries can be in time."""
        ordered = sorted(self.days.values())
        count, in_time = len(ordered), self.in_time.values()
        # The sample's spread: a single observation has none.
        squares = count * sum(days * days for days in ordered) - sum(ordered) ** 2
        variance = Fraction(squares, count * (count - 1)) if count > 1 else None
        return {
            "sku": self.sku,
            "observation_count": count,
            "mean_days": rounded(_decimal(Fraction(sum(ordered), count))),
            "sd_days": None if variance is None else rounded(_decimal(variance).sqrt()),
            **{f"p{percent}_days": quantile(ordered, percent) for percent in (50, 80, 95)},
            "on_time_share": rounded(_decimal(Fraction(sum(in_time), len(in_time))))
            if in_time
            else None,
        }


def lead_times(
    purchase_order_lines: Iterable[Row], transfer_lines: Iterable[Row], suppliers: dict[int, str]
) -> list[Row]:
    """Return one row per lane and item that was delivered; `suppliers` names them by id."""
    lanes: dict[Key, Deliveries] = {}
    for row in purchase_order_lines:
        supplier_id = row["supplier_id"]
        # An order entered when its goods had come was waited for by nobody.
        is_delivered = row["state"] == "Delivered" and row["received_on"]
        is_timely = row["created_on"] and is_delivered and row["received_on"] > row["created_on"]
        if is_timely and supplier_id:
            lane = ("purchase_order", str(supplier_id), suppliers[supplier_id])
            _observe(lanes, lane, row, "purchase_order_id", started="created_on")
    for row in transfer_lines:
        is_delivered = row["state"] == "Delivered" and row["dispatched_on"]
        if is_delivered and row["received_on"] >= row["dispatched_on"]:
            name = f"{row['source_warehouse']} → {row['destination_warehouse']}"
            _observe(lanes, ("transfer", name, name), row, "transfer_id", started="dispatched_on")
    grain = ("kind", "lane", "lane_name", "product_option_id", "size")
    return [dict(zip(grain, key, strict=True)) | each.figures() for key, each in lanes.items()]


def _observe(
    lanes: dict[Key, Deliveries], lane: tuple[str, str, str], row: Row, key: str, *, started: str
) -> None:
    """Add a line to the deliveries of its item; two lines of one document are one delivery."""
    item = (*lane, row["product_option_id"], row["size"])
    deliveries = lanes.setdefault(item, Deliveries(row["sku"]))
    deliveries.days[row[key]] = (row["received_on"] - row[started]).days
    # A day before the start is no promise.
    days = (row.get("eta_on"), row.get("etd_on"))
    if promised_on := next((day for day in days if day and day >= row[started]), None):
        deliveries.in_time[row[key]] = row["received_on"] <= promised_on


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator
