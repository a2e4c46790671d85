"""The table `component_demand_daily`: what the kits that were sold took of their components.

A kit line has one basis: the component lines of its order, or else its bill of materials.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Product
from tests.expected.boms import UNSIZED, Boms
from tests.expected.items import Items
from tests.expected.measures import ZERO, Calendar, Row, rounded
from tests.expected.sales import Sale, sold_on

ItemKey = tuple[int, str]


@dataclass
class Taken:
    """What kits took of one component, and by which lines."""

    quantity: Decimal = ZERO
    kit_lines: set[tuple[int, int]] = field(default_factory=set)


class Kits:
    """Takes sold kits apart."""

    def __init__(
        self, sales: Iterable[Sale], products: Mapping[int, Product], boms: Boms, items: Items
    ) -> None:
        self._sold: dict[tuple[int, int], list[Sale]] = defaultdict(list)
        self._components: dict[tuple[int, int], list[Sale]] = defaultdict(list)
        self._boms, self._items = boms, items
        for entry in sales:
            if entry.part.is_component and entry.part.item is not None:
                self._components[entry.document.id, entry.part.line.parent_id].append(entry)
            if entry.is_included and _is_kit(entry, products):
                self._sold[entry.document.id, entry.line_id].append(entry)

    def component_demand(self, calendar: Calendar) -> list[Row]:
        """One row per component, warehouse, day and basis."""
        taken: dict[tuple[ItemKey, str, date | None, str], Taken] = defaultdict(Taken)
        for line, kits in self._sold.items():
            warehouse, day = kits[0].trade.warehouse, sold_on(kits[0].document, calendar)
            for basis, key, quantity in self._parts(line, kits):
                of_day = taken[key, warehouse, day, basis]
                of_day.quantity += quantity
                of_day.kit_lines.add(line)
        return [
            {
                "product_option_id": item[0],
                "size": item[1],
                "warehouse": warehouse,
                "sold_on": day,
                "basis": basis,
                "sku": self._items.sku(item),
                "quantity": rounded(each.quantity),
                "kit_count": len(each.kit_lines),
            }
            for (item, warehouse, day, basis), each in taken.items()
        ]

    def _parts(
        self, line: tuple[int, int], kits: Iterable[Sale]
    ) -> Iterator[tuple[str, ItemKey, Decimal]]:
        for entry in self._components.get(line, []):
            if entry.part.item:
                yield "order_lines", entry.part.item.key, entry.quantity
        if line not in self._components:
            for kit in kits:
                yield from self._by_bom(kit)

    def _by_bom(self, kit: Sale) -> Iterator[tuple[str, ItemKey, Decimal]]:
        option_id = kit.part.item.id if kit.part.item else 0
        if self._boms.makes(option_id):
            for component_id, quantity in self._boms.needs(option_id, kit.quantity):
                yield "bom", (component_id, UNSIZED), quantity


def _is_kit(entry: Sale, products: Mapping[int, Product]) -> bool:
    product = products.get(entry.part.item.product_id) if entry.part.item else None
    return product is not None and product.order_type.lower() == "kit"
