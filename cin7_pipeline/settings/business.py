"""This module reads what a business says of its own account: the CSV files that people edit in a spreadsheet.

They name channels, warehouses, customer groups, custom fields and what is not kept in stock; `planning_rules`
declares those about replenishment. Every fault of every file is reported at once, before anything is read. It
does not apply the rules: that is in `sql/`.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

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


def load_business_settings(folder: Path) -> BusinessSettings:
    """Load the CSV files of `folder`; a file that is not there leaves its rules at the default.

    Raises:
        SettingsError: every fault of every file, with the file, line, value and what would be right.
    """
    faults: list[str] = []
    channels = read_rows(folder / "channels.csv", ChannelRule, faults, lambda r: r.priority)
    warehouses = read_rows(folder / "warehouses.csv", WarehouseRule, faults, lambda r: r.branch_id)
    groups = read_rows(folder / "customer_groups.csv", CustomerGroupRule, faults, lambda r: r.group)
    not_stocked = read_rows(
        folder / "not_stocked.csv",
        NotStockedRule,
        faults,
        lambda r: f"{r.field} {r.pattern.casefold()}",
    )
    custom_fields = read_rows(
        folder / "custom_fields.csv",
        CustomFieldRule,
        faults,
        lambda r: f"{r.entity} {r.cin7_field.casefold()}",
        lambda r: f"{r.entity} {r.name}",
    )
    replenishment = read_rows(
        folder / "replenishment.csv", ReplenishmentRule, faults, lambda r: r.key
    )
    stocktake_master = read_rows(
        folder / "stocktake_master.csv",
        StocktakeRow,
        faults,
        lambda r: f"{r.sku} at {r.branch or 'all branches'}",
    )
    stock_history = read_rows(
        folder / "stock_history.csv",
        StockHistoryRow,
        faults,
        lambda r: f"{r.sku} at {r.warehouse} on {r.day}",
    )
    item_links = read_rows(
        folder / "item_links.csv", ItemLink, faults, lambda r: f"{r.from_sku} to {r.to_sku}"
    )
    enabled: dict[str, bool] = {}
    for rule in warehouses:
        if rule.warehouse == UNMAPPED:
            fault = f"a warehouse may not be called {UNMAPPED!r}, the name of what is missing here"
            faults.append(f"  {folder / 'warehouses.csv'}: {fault}")
        if enabled.setdefault(rule.warehouse, rule.is_enabled) != rule.is_enabled:
            fault = f"{rule.warehouse!r} is enabled in one row and not in another; decide for one"
            faults.append(f"  {folder / 'warehouses.csv'}: {fault}")
    if faults:
        msg = "\n".join(["The settings files are wrong; nothing was read.", *faults])
        raise SettingsError(msg)
    return BusinessSettings(
        channels=(*channels, DEFAULT_CHANNEL_RULES),
        warehouses=tuple(warehouses),
        customer_groups=tuple(groups),
        not_stocked=tuple(not_stocked),
        custom_fields=tuple(custom_fields),
        replenishment=(*replenishment, BUILT_IN_REPLENISHMENT),
        stocktake_master=tuple(stocktake_master),
        stock_history=tuple(stock_history),
        item_links=tuple(item_links),
    )
