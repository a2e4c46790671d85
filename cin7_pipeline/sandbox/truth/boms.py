"""Bills of materials: what one unit of a product takes, and what is wrong with them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster
from cin7_pipeline.sandbox.truth.issue_rows import issue, issues
from cin7_pipeline.sandbox.truth.items import Items
from cin7_pipeline.sandbox.truth.measures import Row

DEEPEST = 10
UNSIZED = ""


class Boms:
    """The BOM masters of an account by what they make; of several for one product the oldest counts."""

    def __init__(self, masters: Iterable[BomMaster], items: Items) -> None:
        self._masters = sorted(masters, key=lambda master: master.id)
        self._items = items
        self._of: dict[int, Assembly] = {}
        self._all: dict[int, list[tuple[int, Assembly]]] = defaultdict(list)
        for master in self._masters:
            for product in master.products:
                self._of.setdefault(product.option_id, product)
                self._all[product.option_id].append((master.id, product))

    def makes(self, option_id: int) -> bool:
        """True for an option that some BOM is for."""
        return option_id in self._of

    def needs(
        self, option_id: int, quantity: Decimal, above: tuple[int, ...] = ()
    ) -> Iterator[tuple[int, Decimal]]:
        """The items behind `quantity` units, as option and quantity; an item may come up twice.

        What has a BOM itself is taken apart further, up to ten levels; a cycle ends where it closes.
        """
        path = (*above, option_id)
        for part in self._of[option_id].components:
            if part.option_id in path:
                continue
            needed = quantity * part.quantity
            if self.makes(part.option_id) and len(path) < DEEPEST:
                yield from self.needs(part.option_id, needed, path)
            elif self._items.sku((part.option_id, UNSIZED)) is not None:
                yield part.option_id, needed

    def issues(self) -> list[Row]:
        """Cycles, each under its smallest BOM, and components that are no item."""
        cycles = [master.id for master in self._masters if self._closes(master)]
        return [
            *issues("bom_cycle", "warning", "bom_master", cycles),
            *(
                issue("bom_component_unknown", "warning", "bom_master", master.id, part.id)
                for master in self._masters
                for product in master.products
                for part in product.components
                if self._items.sku((part.option_id, UNSIZED)) is None
            ),
        ]

    def _closes(self, master: BomMaster) -> bool:
        """True where a way through this BOM and younger ones leads back to what it makes."""
        return any(self._leads_back(product, master.id) for product in master.products)

    def _leads_back(self, product: Assembly, oldest: int) -> bool:
        ahead, seen = [part.option_id for part in product.components], set[int]()
        while ahead:
            option_id = ahead.pop()
            if option_id == product.option_id:
                return True
            if option_id not in seen:
                seen.add(option_id)
                ahead += [
                    part.option_id
                    for id_, made in self._all.get(option_id, [])
                    if id_ >= oldest
                    for part in made.components
                ]
        return False
