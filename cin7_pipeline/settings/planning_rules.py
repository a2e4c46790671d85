"""This module says what a planner may write of how items are replenished: rows of the CSV files about it.

`business` reads them with the other files; which row decides for an item is in `sql/core/replenishment`.
"""

from decimal import Decimal
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, Field, model_validator

from cin7_pipeline.settings.validators import Day, Name, WholeNumber

Text = str | None
Days = Annotated[WholeNumber, Field(ge=0, le=3650)] | None
Units = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)] | None


class ReplenishmentRule(BaseModel):
    """One row of `replenishment.csv`: how the items it names are replenished; blank keys mean all."""

    line: int = 0
    sku: Text = None
    category: Text = None
    supplier_id: Annotated[WholeNumber, Field(ge=1, le=2**63 - 1)] | None = None
    warehouse: Text = None
    is_planned: bool | None = None
    review_days: Annotated[WholeNumber, Field(ge=1, le=365)] | None = None
    lead_days: Days = None
    service_level: Annotated[Decimal, Field(ge=Decimal("0.5"), le=Decimal("0.999"))] | None = None
    safety_days: Days = None
    min_stock: Units = None
    max_stock: Units = None
    moq: Units = None
    multiple: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)] | None = None
    source: Text = None

    @property
    def key(self) -> str:
        """What the row is about."""
        keys = (self.sku, self.category, self.supplier_id, self.warehouse)
        return ", ".join(str(each) for each in keys if each is not None) or "the row for all items"

    @model_validator(mode="after")
    def _cells_fit_together(self) -> Self:
        if sum(each is not None for each in (self.sku, self.category, self.supplier_id)) > 1:
            msg = "names items by more than one of sku, category and supplier_id; keep one of them"
            raise ValueError(msg)
        low, high = self.min_stock, self.max_stock
        if low is not None and high is not None and low > high:
            msg = f"min_stock {low} is above max_stock {high}"
            raise ValueError(msg)
        if self.source is not None and self.source == self.warehouse:
            msg = "source is the warehouse itself; name another one, or supplier"
            raise ValueError(msg)
        return self


class StocktakeRow(BaseModel):
    """One row of `stocktake_master.csv`: an export of Cin7's replenishment values, as Cin7 names them."""

    headings: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("code", "sku", "productcode", "itemcode"), "sku"),
        **dict.fromkeys(("branch", "branchname"), "branch"),
        **dict.fromkeys(("safetystock", "safety"), "safety_stock"),
        **dict.fromkeys(("optimalstock", "optimal"), "optimal_stock"),
    }
    line: int = 0
    sku: str
    branch: Text = None
    safety_stock: Units = None
    optimal_stock: Units = None


class StockHistoryRow(BaseModel):
    """One row of `stock_history.csv`: what was on hand at the end of a day before the first snapshot."""

    sku: Name
    warehouse: Name
    day: Day
    on_hand: Annotated[Decimal, Field(max_digits=18, decimal_places=4)]


class ItemLink(BaseModel):
    """One row of `item_links.csv`: a new item begins with a share of what an older one sold."""

    line: int = 0
    from_sku: Name
    to_sku: Name
    kind: Literal["successor", "like"]
    share: Annotated[Decimal, Field(gt=0, le=10, decimal_places=4)]
    from_day: Day

    @model_validator(mode="after")
    def _items_differ(self) -> Self:
        if self.from_sku == self.to_sku:
            msg = f"{self.to_sku!r} cannot begin with its own sales; name another from_sku"
            raise ValueError(msg)
        return self


BUILT_IN_REPLENISHMENT = ReplenishmentRule(
    is_planned=True, review_days=7, service_level=Decimal("0.95"), multiple=Decimal(1)
)
