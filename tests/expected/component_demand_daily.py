"""This module makes the table `component_demand_daily`: what sold kits took of their components.

A kit line has one basis: the component lines of its order, or else its bill of materials.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Assembly, Ledger
from tests.expected.items import Items
from tests.expected.sales_lines import SaleEntry, sold_on
from tests.expected.values import ZERO, Calendar, Row, rounded

MAX_BOM_LEVELS = 10

ItemKey = tuple[int, str]


@dataclass
class Taken:
    """What kits took of one component, and by which lines."""

    quantity: Decimal = ZERO
    kit_lines: set[tuple[int, int]] = field(default_factory=set)


class ComponentDemand:
    """Breaks sold kits down into components."""

    def __init__(self, ledger: Ledger, items: Items) -> None:
        self._items = items
        self._kits = {p.id for p in ledger.products if p.order_type.lower() == "kit"}
        # Of several bills for one product the newest counts.
        self._boms: dict[int, Assembly] = {}
        for master in sorted(ledger.bom_masters, key=lambda master: master.id):
            for product in sorted(master.products, key=lambda product: product.id):
                self._boms[product.option_id] = product

    def rows(self, entries: Iterable[SaleEntry], calendar: Calendar) -> list[Row]:
        """Return one row per component, warehouse, day and basis."""
        kits: dict[tuple[int, int], list[SaleEntry]] = defaultdict(list)
        components: dict[tuple[int, int], list[SaleEntry]] = defaultdict(list)
        for entry in entries:
            if entry.part.is_component and entry.part.item:
                components[entry.document.id, entry.part.line.parent_id].append(entry)
            if entry.is_included and entry.part.item.product_id in self._kits:
                kits[entry.document.id, entry.line_id].append(entry)
        taken: dict[tuple[Any, ...], Taken] = defaultdict(Taken)
        for line, sold in kits.items():
            warehouse, day = sold[0].attributes.warehouse, sold_on(sold[0].document, calendar)
            for basis, item, quantity in self._components(sold, components.get(line, [])):
                if item in self._items.not_stocked:
                    continue
                of_day = taken[*item, self._items.sku(item), warehouse, day, basis]
                of_day.quantity += quantity
                of_day.kit_lines.add(line)
        grain = ("product_option_id", "size", "sku", "warehouse", "sold_on", "basis")
        return [
            dict(zip(grain, key, strict=True))
            | {"quantity": rounded(each.quantity), "kit_count": len(each.kit_lines)}
            for key, each in taken.items()
        ]

    def _components(
        self, kits: Iterable[SaleEntry], components: Iterable[SaleEntry]
    ) -> Iterator[tuple[str, ItemKey, Decimal]]:
        """Yield basis, item and quantity of what the parts of one kit line took."""
        if components:
            for entry in components:
                if "not_shipped" not in entry.rules:
                    yield "order_lines", entry.part.item.key, entry.quantity
            return
        for kit in kits:
            if kit.part.item.id in self._boms:
                for item, quantity in self._by_bom(kit.part.item.id, kit.quantity):
                    yield "bom", item, quantity

    def _by_bom(
        self, option_id: int, quantity: Decimal, above: tuple[int, ...] = ()
    ) -> Iterator[tuple[ItemKey, Decimal]]:
        """Yield the items behind `quantity` units; an item may come up twice.

        A component with a bill of its own is broken down further, up to ten levels; a cycle ends where it
        closes.
        """
        path = (*above, option_id)
        for part in self._boms[option_id].components:
            item, needed = (part.option_id, ""), quantity * part.quantity
            if part.option_id in path:
                continue
            if part.option_id in self._boms and len(path) < MAX_BOM_LEVELS:
                yield from self._by_bom(part.option_id, needed, path)
            elif self._items.sku(item) is not None:
                yield item, needed
