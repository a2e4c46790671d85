"""The business settings of the end-to-end tests: written as settings files, and given to the oracle."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cin7_pipeline.sandbox.simulation.merchant import Merchant
from tests.expected import Oracle


@dataclass(frozen=True)
class Rules:
    """Business settings; empty ones are files that do not exist."""

    warehouses: dict[int, tuple[str, bool]] = field(default_factory=dict)
    channels: tuple[tuple[int, str, str, str, bool], ...] = ()
    customer_groups: dict[str, bool] = field(default_factory=dict)
    not_stocked: tuple[tuple[str, str], ...] = ()
    custom_fields: tuple[tuple[str, str, str], ...] = ()
    ships_from: str = "branch"

    @property
    def variables(self) -> dict[str, str]:
        """What stands in the environment and in no file."""
        return {"CIN7_SHIPS_FROM": self.ships_from}

    def write(self, folder: Path) -> None:
        """Write the files that a person would have edited, and remove what is empty now."""
        folder.mkdir(parents=True, exist_ok=True)
        tables: dict[str, tuple[str, Iterable[tuple[Any, ...]]]] = {
            "warehouses": (
                "branch_id,warehouse,is_enabled",
                [(branch, *rest) for branch, rest in self.warehouses.items()],
            ),
            "channels": ("priority,field,pattern,channel,is_included", self.channels),
            "customer_groups": ("group,is_included", self.customer_groups.items()),
            "not_stocked": ("field,pattern", self.not_stocked),
            "custom_fields": ("entity,cin7_field,name", self.custom_fields),
        }
        for name, (header, rows) in tables.items():
            path = folder / f"{name}.csv"
            path.unlink(missing_ok=True)
            if rows:
                with path.open("w", newline="") as file:
                    csv.writer(file).writerows([header.split(","), *rows])

    def oracle(self, merchant: Merchant, time_zone: str) -> Oracle:
        """Return the oracle for a merchant's ledger under these rules."""
        return Oracle(
            merchant.ledger,
            time_zone=time_zone,
            warehouses=self.warehouses or None,
            channels=self.channels,
            customer_groups=self.customer_groups,
            not_stocked=self.not_stocked,
            ships_from=self.ships_from,
        )


# Two branches are one warehouse, one warehouse is disabled, the allocation branch (20) and the pop-up
# store (40) are forgotten, and branch 99 does not exist. Staff buy for themselves; trays are said to be no
# goods. An order counts where it ships from.
COMPANY = Rules(
    warehouses={
        3: ("Main DC", True),
        11: ("Main DC", True),
        5: ("Store", True),
        8: ("3PL", True),
        2: ("Old", False),
        99: ("Elsewhere", True),
    },
    channels=(
        (10, "source", "%order desk%", "Marketplace", True),
        (20, "source", "%pos%", "Shop counter", True),
    ),
    customer_groups={"Staff": False, "Wholesale": True},
    not_stocked=(("sub_category", "tra_"), ("code", "no such code")),
    custom_fields=(
        ("sales_orders", "orders_1000", "3PL code"),
        ("products", "products_1011", "Season"),
        ("contacts", "members_1000", "Default branch"),
    ),
    ships_from="distribution_branch",
)
