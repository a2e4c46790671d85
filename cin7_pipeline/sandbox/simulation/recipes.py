"""Bills of materials: of every kit, and of what the merchant makes itself, right ones and wrong ones.

Two of them need each other's product, one names a component that is in no catalogue, one makes two
products at once, and one is changed after a while. Jobs that follow them are told in `production`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster, Component, Part
from cin7_pipeline.sandbox.simulation.catalogue import ONE, Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import Article, is_made

FIRST_BOM_ID, FIRST_PART_ID = 311, 52001
UNKNOWN_OPTION_ID, UNKNOWN_CODE = 990017, "LABEL-ROLL"
LABEL_PER_UNIT = Decimal("0.05")
# How many days after the opening the bill was written, and which of the things made are on it. The
# first two need each other.
BILLS = ((-20, (0,)), (-20, (1,)), (3, (2,)), (3, (3,)), (21, (4, 5)), (60, (6,)), (60, (7,)))
CHANGED_BILL, CHANGED_AFTER_DAYS = 2, 45


class Recipes:
    """All bills of materials of an account."""

    def __init__(self, seed: int, clock: WallClock, opened_on: date, catalogue: Catalogue) -> None:
        self._clock, self._opened_on, self._catalogue = clock, opened_on, catalogue
        self._rng = seeded_rng(seed, "recipes")
        self._ids, self._part_ids = count(FIRST_BOM_ID), count(FIRST_PART_ID)
        kits = [self._bom([kit], [kit.product.components]) for kit in catalogue.kits]
        self.masters = [*kits, *self._made()]

    def for_jobs(self, day: date) -> list[BomMaster]:
        """What can be made on a day: one product at a time, kits never."""
        states = (history.at(self._clock.at(day)) for history in self.masters)
        return [
            bom
            for bom in states
            if bom is not None
            and len(bom.products) == 1
            and not self._catalogue.components(bom.products[0].option_id)
        ]

    def _made(self) -> Iterator[History[BomMaster]]:
        made = [each for each in self._catalogue.articles.values() if is_made(each.product)]
        needed = [self._simple() for _ in made]
        if len(made) > 1:
            label = Component(UNKNOWN_OPTION_ID, "", LABEL_PER_UNIT)
            needed[0] = (Component(made[1].option_id, "", ONE), *needed[0][:1])
            needed[1] = (Component(made[0].option_id, "", ONE), label)
        for number, (days, places) in enumerate(BILLS):
            here = [place for place in places if place < len(made)]
            if here:
                bom = self._bom(
                    [made[each] for each in here], [needed[each] for each in here], days
                )
                if number == CHANGED_BILL:
                    self._change(bom)
                yield bom

    def _simple(self) -> tuple[Component, ...]:
        chosen = self._rng.sample(self._catalogue.simple_articles(), 2)
        return tuple(
            Component(article.option_id, "", Decimal(self._rng.randint(1, 3))) for article in chosen
        )

    def _bom(
        self,
        articles: Sequence[Article],
        components: Sequence[tuple[Component, ...]],
        days: int | None = None,
    ) -> History[BomMaster]:
        """A bill for some articles, as old as they are or written some days after the opening."""
        at = articles[0].product.created_at
        if days is not None:
            at = max(at, self._clock.at(self._opened_on + timedelta(days=days), 14))
        id = next(self._ids)
        products = tuple(
            self._assembly(article, needed)
            for article, needed in zip(articles, components, strict=True)
        )
        return History(BomMaster(id, f"BOM-{id}", at, at, products))

    def _assembly(self, article: Article, components: tuple[Component, ...]) -> Assembly:
        return Assembly(
            id=next(self._part_ids),
            option_id=article.option_id,
            code=article.line_code,
            name=article.product.name,
            quantity=ONE,
            components=tuple(self._part(component) for component in components),
        )

    def _part(self, component: Component) -> Part:
        article = self._catalogue.articles.get(component.option_id)
        code, name = (article.line_code, article.product.name) if article else (UNKNOWN_CODE, "")
        return Part(next(self._part_ids), component.option_id, code, name, component.quantity)

    def _change(self, bom: History[BomMaster]) -> None:
        """One more of the first component from some day on."""
        made = bom.last.products[0]
        first, *others = made.components
        more = replace(made, components=(replace(first, quantity=first.quantity + 1), *others))
        bom.revise(bom.last.created_at + timedelta(days=CHANGED_AFTER_DAYS), products=(more,))
