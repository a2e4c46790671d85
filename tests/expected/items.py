"""This module finds the item (option × size) that a document's line names.

A line with sizes becomes one part per size. What a part counts for is decided by the module of its
document's table.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Document, Line, Option, Product, SizeQuantity
from tests.expected.implausible import ImplausibleLine
from tests.expected.values import ZERO, Calendar, Row, ilike, rounded, spread


def sku_of(option: Option) -> str:
    """Return the code as it is; where there is none, the code of the size, then of the option."""
    return option.code or option.size_code or option.option_code or ""


@dataclass(frozen=True, slots=True)
class LinePart:
    """One size of a line with its share of the line's figures; `item` is None when there is none.

    `size` is the item's, or what the line calls it where no item is found.
    """

    line: Line
    item: Option | None
    size: str
    ordered: Decimal
    done: Decimal
    discount: Decimal

    @property
    def is_component(self) -> bool:
        """True for a component of a kit whose own line is in the same document."""
        return self.line.parent_id != 0

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that leave the part out, whatever its document is."""
        applies = {
            "kit_component": self.is_component,
            "description_only": self.item is None,
            "quantity_implausible": isinstance(self.line, ImplausibleLine),
        }
        return tuple(rule for rule, applied in applies.items() if applied)


class Items:
    """All items of the account, found by key or by code."""

    def __init__(
        self,
        options: Iterable[Option],
        products: Iterable[Product] = (),
        not_stocked: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.all = list(options)
        goods, rules = {product.id: product for product in products}, list(not_stocked)
        self.not_stocked = {
            option.key
            for option in self.all
            if _is_no_goods(option, goods.get(option.product_id), rules)
        }
        for_buyers = {product.id for product in goods.values() if _is_ordered_for_buyers(product)}
        self.stockless = [
            option
            for option in self.all
            if option.product_id in for_buyers or option.key in self.not_stocked
        ]
        self._by_key = {option.key: option for option in self.all}
        self._alone = _unique((option.id, option) for option in self.all)
        self._by_sku = _unique((sku_of(option), option) for option in self.all)
        self._by_sku.pop("", None)

    def sku(self, key: tuple[int, str]) -> str | None:
        """Return the item's SKU; None where the key is no item."""
        option = self._by_key.get(key)
        return None if option is None else sku_of(option)

    def exists_on(self, row: Row, calendar: Calendar) -> date:
        """Return the local day from which the item of a row of sales existed: created, or sold earlier."""
        option = self._by_key.get((row["product_option_id"], row["size"]))
        created = calendar.on(option.created_at) if option else None
        return min(created or row["sold_on"], row["sold_on"])

    def is_stocked(self, row: Row) -> bool:
        """Tell whether what a row of a planning table is about is kept in stock."""
        return (row["product_option_id"], row["size"]) not in self.not_stocked

    def parts_of(self, document: Document) -> list[LinePart]:
        """Return the lines of a document, one part per size."""
        return [part for line in document.lines for part in self.parts(line)]

    def parts(self, line: Line) -> list[LinePart]:
        """Return the line, one part per size; sizes that are the same item are one part."""
        sizes = _named_sizes(line)
        if (
            sizes
            and line.quantity
            and (rest := rounded(line.quantity) - sum(each.quantity for each in sizes))
        ):
            sizes.append(SizeQuantity("", line.code, rest))
        if not sizes:
            item = (
                self._by_key.get((line.option_id, ""))
                or self._alone.get(line.option_id)
                or self._by_sku.get(line.code or "")
            )
            size, figures = (
                item.size if item else "",
                (line.quantity, line.done, _sold_discount(line)),
            )
            return [LinePart(line, item, size, *map(rounded, figures))]
        weights = [size.quantity for size in sizes]
        dones = spread(rounded(line.done), weights)
        discounts = spread(_sold_discount(line), weights)
        parts: dict[Any, LinePart] = {}
        for size, done, discount in zip(sizes, dones, discounts, strict=True):
            item = self._by_key.get((line.option_id, size.name))
            item = item or (self._alone.get(line.option_id) if not size.name else None)
            item = item or self._by_sku.get(size.code or "")
            name = item.size if item else size.name
            key = item and item.key, name
            same = parts.get(key, LinePart(line, item, name, ZERO, ZERO, ZERO))
            parts[key] = replace(
                same,
                ordered=same.ordered + size.quantity,
                done=same.done + done,
                discount=same.discount + discount,
            )
        return list(parts.values())


def _sold_discount(line: Line) -> Decimal:
    """Return the part of a line's discount that goes with what was shipped: all, where all or nothing was."""
    share = line.done / line.quantity if 0 < line.done < line.quantity else 1
    return rounded(line.discount * share)


def _is_ordered_for_buyers(product: Product) -> bool:
    """Tell whether it sells without being in stock, as a kit or what comes once somebody bought it."""
    kinds = {"kit", "buy to order", "made to order", "pre-order", "gift voucher"}
    return product.order_type.lower() in kinds


def _is_no_goods(option: Option, product: Product | None, rules: Iterable[tuple[str, str]]) -> bool:
    """Tell whether it is never kept in stock: labour, or what the settings say by field and pattern."""
    values = {"code": sku_of(option)}
    if product is not None:
        if product.stock_control == "Labour":
            return True
        names = ("category", "sub_category", "brand", "style_code", "name")
        values |= {name: getattr(product, name) for name in names}
    return any(ilike(pattern).fullmatch(values.get(field) or "") for field, pattern in rules)


def _unique(pairs: Iterable[tuple[Any, Option]]) -> dict[Any, Option]:
    pairs = list(pairs)
    counts = Counter(key for key, _ in pairs)
    return {key: option for key, option in pairs if counts[key] == 1}


def _named_sizes(line: Line) -> list[SizeQuantity]:
    """Return the sizes of a line in their order; one that is there twice is summed where it came first."""
    sizes: dict[str, list[SizeQuantity]] = defaultdict(list)
    for size in line.sizes:
        if size.name:
            sizes[size.name].append(size)
    return [
        replace(first, quantity=sum((rounded(each.quantity) for each in [first, *others]), ZERO))
        for first, *others in sizes.values()
    ]
