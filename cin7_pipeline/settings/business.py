"""This module reads what a business says of its own account: the CSV files that people edit in a spreadsheet.

They name channels, warehouses, customer groups, custom fields and what is not kept in stock; `planning_rules`
declares those about replenishment. Every fault of every file is reported at once, before anything is read. It
does not apply the rules: that is in `sql/`.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cin7_pipeline.errors import SettingsError

# Only for the names of those that have custom fields, as in `validators`.
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings.csv_reader import read_rows
from cin7_pipeline.settings.planning_rules import (
    BUILT_IN_REPLENISHMENT,
    ItemLink,
    ReplenishmentRule,
    StockHistoryRow,
    StocktakeRow,
)
from cin7_pipeline.settings.validators import Name, WholeNumber, must

UNMAPPED = "unmapped"
# The built-in channel rule comes after every one of a person's.
BUILT_IN_PRIORITY = 1_000_000
WITH_CUSTOM_FIELDS = [name for name, each in ENDPOINTS.items() if each.has_custom_fields]
CUSTOM_FIELD_CODE = re.compile(r"\w+")  # can be asked for inside `fields=customFields(…)`


class ChannelRule(BaseModel):
    """One row of `channels.csv`; the first row that matches an order, by priority, names its channel."""

    priority: Annotated[WholeNumber, Field(gt=-BUILT_IN_PRIORITY, lt=BUILT_IN_PRIORITY)]
    field: Literal[
        "source",
        "reference",
        "company",
        "project_name",
        "customer_order_no",
        "customer_group",
        "customer_id",
        "branch_id",
        "stage",
    ]
    pattern: Name
    channel: Name
    is_included: bool


class WarehouseRule(BaseModel):
    """One row of `warehouses.csv`: the warehouse a branch belongs to."""

    branch_id: Annotated[WholeNumber, Field(ge=0, le=2**63 - 1)]
    warehouse: Name
    is_enabled: bool


class CustomerGroupRule(BaseModel):
    """One row of `customer_groups.csv`: whether sales to a contact group count as demand."""

    group: str
    is_included: bool


class NotStockedRule(BaseModel):
    """One row of `not_stocked.csv`: items that are no goods, such as freight and services."""

    field: Literal["category", "sub_category", "brand", "style_code", "code", "name"]
    pattern: Name


class CustomFieldRule(BaseModel):
    """One row of `custom_fields.csv`: a custom field that is read, and the name people know it by."""

    entity: Annotated[
        str,
        must(
            WITH_CUSTOM_FIELDS.__contains__,
            "has no custom fields that are read; those that have are "
            + ", ".join(WITH_CUSTOM_FIELDS),
        ),
    ]
    cin7_field: Annotated[
        str,
        must(
            CUSTOM_FIELD_CODE.fullmatch,
            "is no code of a custom field; write Cin7's own, like orders_1000",
        ),
    ]
    name: Name


DEFAULT_CHANNEL_RULES = ChannelRule.model_construct(
    priority=BUILT_IN_PRIORITY,
    field="source",
    pattern="%shopify%",
    channel="Shopify",
    is_included=False,
)


@dataclass(frozen=True)
class BusinessSettings:
    """The rows of all files; of a file that is not there, none but the built-in channel rule."""

    channels: tuple[ChannelRule, ...] = (DEFAULT_CHANNEL_RULES,)
    warehouses: tuple[WarehouseRule, ...] = ()
    customer_groups: tuple[CustomerGroupRule, ...] = ()
    not_stocked: tuple[NotStockedRule, ...] = ()
    custom_fields: tuple[CustomFieldRule, ...] = ()
    replenishment: tuple[ReplenishmentRule, ...] = (BUILT_IN_REPLENISHMENT,)
    stocktake_master: tuple[StocktakeRow, ...] = ()
    stock_history: tuple[StockHistoryRow, ...] = ()
    item_links: tuple[ItemLink, ...] = ()

    def custom_fields_of(self, entity: str) -> tuple[str, ...]:
        """Return Cin7's codes of the custom fields that are read of this entity."""
        return tuple(rule.cin7_field for rule in self.custom_fields if rule.entity == entity)


# Each file, its rows, and what no two rows of it may share.
FILES: dict[str, tuple[type[BaseModel], tuple[Callable[[Any], object], ...]]] = {
    "channels": (ChannelRule, (lambda r: r.priority,)),
    "warehouses": (WarehouseRule, (lambda r: r.branch_id,)),
    "customer_groups": (CustomerGroupRule, (lambda r: r.group,)),
    "not_stocked": (NotStockedRule, (lambda r: f"{r.field} {r.pattern.casefold()}",)),
    "custom_fields": (
        CustomFieldRule,
        (
            lambda r: f"{r.entity} {r.cin7_field.casefold()}",
            lambda r: f"{r.entity} {r.name}",
        ),
    ),
    "replenishment": (ReplenishmentRule, (lambda r: r.key,)),
    "stocktake_master": (StocktakeRow, (lambda r: f"{r.sku} at {r.branch or 'all branches'}",)),
    "stock_history": (StockHistoryRow, (lambda r: f"{r.sku} at {r.warehouse} on {r.day}",)),
    "item_links": (ItemLink, (lambda r: f"{r.from_sku} to {r.to_sku}",)),
}


def load_business_settings(folder: Path) -> BusinessSettings:
    """Load the CSV files of `folder`; a file that is not there leaves its rules at the default.

    Raises:
        SettingsError: every fault of every file, with the file, line, value and what would be right.
    """
    faults: list[str] = []
    rows: dict[str, tuple[Any, ...]] = {
        name: tuple(read_rows(folder / f"{name}.csv", kind, faults, *keys))
        for name, (kind, keys) in FILES.items()
    }
    faults += [
        f"  {folder / 'warehouses.csv'}: {each}" for each in _contradictions(rows["warehouses"])
    ]
    faults += [f"  {folder / 'item_links.csv'}:{each}" for each in _circles(rows["item_links"])]
    if faults:
        msg = "\n".join(["The settings files are wrong; nothing was read.", *faults])
        raise SettingsError(msg)
    rows["channels"] += (DEFAULT_CHANNEL_RULES,)
    rows["replenishment"] += (BUILT_IN_REPLENISHMENT,)
    return BusinessSettings(**rows)


def unread_files(folder: Path) -> list[str]:
    """List the CSV files that nothing reads, as their names are not right, a sentence each."""
    names = [path.name for path in sorted(folder.glob("*")) if path.suffix.lower() == ".csv"]
    return [
        f"{folder / name} is read by nothing: the files are called {', '.join(FILES)}, with .csv behind"
        for name in names
        if name.removesuffix(".csv") not in FILES and not name.endswith(".example.csv")
    ]


def _contradictions(warehouses: Iterable[WarehouseRule]) -> Iterator[str]:
    """Yield what the rows of `warehouses.csv` say against one another, or against the name of none."""
    enabled: dict[str, bool] = {}
    for rule in warehouses:
        if rule.warehouse == UNMAPPED:
            yield f"a warehouse may not be called {UNMAPPED!r}, the name of what is missing here"
        if enabled.setdefault(rule.warehouse, rule.is_enabled) != rule.is_enabled:
            yield f"{rule.warehouse!r} is enabled in one row and not in another; decide for one"


def _circles(links: Iterable[ItemLink]) -> Iterator[str]:
    """Yield the rows of successors that lead back to their own older item: none would be planned."""
    successors: dict[str, set[str]] = {}
    for link in links:
        if link.kind == "successor":
            successors.setdefault(link.from_sku, set()).add(link.to_sku)
    for link in links:
        reached: set[str] = set()
        new = {link.to_sku} if link.kind == "successor" else set()
        while new:
            reached |= new
            new = set().union(*(successors.get(sku, ()) for sku in new)) - reached
        if link.from_sku in reached:
            yield (
                f"{link.line}: {link.from_sku!r} is replaced by {link.to_sku!r}, which it replaces in turn;"
                " keep the rows up to the item that is sold today"
            )
