"""The table `lead_times`: what suppliers and transfer lanes took to deliver each item."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from tests.expected.lanes import quantile
from tests.expected.measures import Row, rounded

PERCENTS = (50, 80, 95)
Key = tuple[str, str, str, int, str]


@dataclass
class Deliveries:
    """What is known of one item's deliveries on one lane, by document."""

    sku: str
    days: dict[int, int] = field(default_factory=dict)
    in_time: dict[int, bool] = field(default_factory=dict)

    def figures(self) -> Row:
        """The columns beside the grain."""
        ordered = sorted(self.days.values())
        return {
            "sku": self.sku,
            "observation_count": len(ordered),
            "mean_days": _decimal(Fraction(sum(ordered), len(ordered))),
            "sd_days": _spread(ordered),
            **{f"p{percent}_days": quantile(ordered, percent) for percent in PERCENTS},
            "on_time_share": self._on_time_share(),
        }

    def _on_time_share(self) -> Decimal | None:
        """Of the deliveries that had an ETA, those that kept it."""
        if not self.in_time:
            return None
        return _decimal(Fraction(sum(self.in_time.values()), len(self.in_time)))


def lead_times(
    purchase_order_lines: Iterable[Row], transfer_lines: Iterable[Row], suppliers: dict[int, str]
) -> list[Row]:
    """One row per lane and item that was delivered; `suppliers` names them by id."""
    lanes: dict[Key, Deliveries] = {}
    for row in purchase_order_lines:
        supplier_id = row["supplier_id"]
        if row["state"] == "Delivered" and row["received_on"] and supplier_id:
            lane = ("purchase_order", str(supplier_id), suppliers[supplier_id])
            _observe(lanes, lane, row, started="created_on", document="purchase_order_id")
    for row in transfer_lines:
        if row["state"] == "Delivered" and row["dispatched_on"]:
            name = f"{row['source_warehouse']} → {row['destination_warehouse']}"
            lane = ("transfer", name, name)
            _observe(lanes, lane, row, started="dispatched_on", document="transfer_id")
    return [
        {
            "kind": kind,
            "lane": lane,
            "product_option_id": option_id,
            "size": size,
            "lane_name": name,
            **deliveries.figures(),
        }
        for (kind, lane, name, option_id, size), deliveries in lanes.items()
    ]


def _observe(
    lanes: dict[Key, Deliveries],
    lane: tuple[str, str, str],
    row: Row,
    *,
    started: str,
    document: str,
) -> None:
    key = (*lane, row["product_option_id"], row["size"])
    deliveries = lanes.setdefault(key, Deliveries(row["sku"]))
    deliveries.days[row[document]] = (row["received_on"] - row[started]).days
    if row.get("eta_on"):
        deliveries.in_time[row[document]] = row["received_on"] <= row["eta_on"]


def _spread(days: Sequence[int]) -> Decimal | None:
    """The sample standard deviation; a single observation has none."""
    n = len(days)
    if n == 1:
        return None
    variance = Fraction(n * sum(d * d for d in days) - sum(days) ** 2, n * (n - 1))
    return rounded((Decimal(variance.numerator) / variance.denominator).sqrt())


def _decimal(value: Fraction) -> Decimal:
    return rounded(Decimal(value.numerator) / value.denominator)
