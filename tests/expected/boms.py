"""Bills of materials: what one unit of a product takes, and what is wrong with them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster
from tests.expected.issue_rows import issue, issues
from tests.expected.items import Items
from tests.expected.measures import Row

DEEPEST = 10
UNSIZED = ""


class Boms:
    """The BOM masters of an account by what they make; of several for one product the newest counts."""

    def __init__(self, masters: Iterable[BomMaster], items: Items) -> None:
        self._masters = sorted(masters, key=lambda master: master.id)
        self._items = items
        self._of: dict[int, tuple[int, Assembly]] = {}
        for master in self._masters:
            for product in sorted(master.products, key=lambda product: product.id):
                self._of[product.option_id] = master.id, product

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
        _, product = self._of[option_id]
        for part in product.components:
            if part.option_id in path:
                continue
            needed = quantity * part.quantity
            if self.makes(part.option_id) and len(path) < DEEPEST:
                yield from self.needs(part.option_id, needed, path)
            elif self._items.sku((part.option_id, UNSIZED)) is not None:
                yield part.option_id, needed

    def issues(self) -> list[Row]:
        """Cycles of BOMs that count, each under its smallest, and components that are no item."""
        cycles = [id_ for id_, product in self._of.values() if self._leads_back(product, id_)]
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

    def _leads_back(self, product: Assembly, smallest: int) -> bool:
        """True where a way through BOMs of this id and above leads back to what is made."""
        ahead, seen = [part.option_id for part in product.components], set[int]()
        while ahead:
            option_id = ahead.pop()
            if option_id == product.option_id:
                return True
            if option_id not in seen:
                seen.add(option_id)
                ahead += self._parts(option_id, smallest)
        return False

    def _parts(self, option_id: int, smallest: int) -> list[int]:
        """The options that one takes by its BOM, unless the BOM's id is below `smallest`."""
        id_, product = self._of.get(option_id, (0, None))
        if product is None or id_ < smallest:
            return []
        return [part.option_id for part in product.components]
