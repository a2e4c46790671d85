"""This module simulates production: bills of materials, right and wrong ones, and jobs that follow them.

There is a bill of every kit, and of what the merchant makes itself. Two of them need each other's
product, one names a component that is in no catalogue, one makes two products, one is changed later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster, Component, Part, ProductionJob
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.catalogue import ONE
from cin7_pipeline.sandbox.simulation.history import History, versions_at
from cin7_pipeline.sandbox.simulation.items import Article, is_made
from cin7_pipeline.sandbox.simulation.lifecycle import (
    Context,
    Lifecycle,
    Scripts,
    Step,
    Writer,
    by_number,
    new,
    now,
    step,
)

FIRST_BOM_ID, FIRST_PART_ID = 311, 52001
UNKNOWN_OPTION_ID, UNKNOWN_CODE = 990017, "LABEL-ROLL"
LABEL_PER_UNIT = Decimal("0.05")
# How many days after the opening the bill was written, and which of the things made are on it. The
# first two need each other.
BILLS = ((-20, (0,)), (-20, (1,)), (3, (2,)), (3, (3,)), (21, (4, 5)), (60, (6,)), (60, (7,)))
CHANGED_BILL, CHANGED_AFTER_DAYS = 2, 45
FIRST_JOB_ID, FIRST_PRODUCT_LINE_ID, FIRST_REFERENCE = 4101, 61001, 2001
BATCH, LEAD_DAYS = 4, 5


class BillsOfMaterials:
    """All bills of materials of an account."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._rng = context.rng("recipes")
        self._ids, self._part_ids = count(FIRST_BOM_ID), count(FIRST_PART_ID)
        kits = [self._bom([kit], [kit.product.components]) for kit in context.catalogue.kits]
        self.masters = [*kits, *self._made()]

    def for_jobs(self, day: date) -> list[BomMaster]:
        """Return what can be made on a day: one product at a time, kits never."""
        return [
            bom
            for bom in versions_at(self._context.clock.at(day), self.masters)
            if len(bom.products) == 1
            and not self._context.catalogue.components(bom.products[0].option_id)
        ]

    def _made(self) -> Iterator[History[BomMaster]]:
        articles = self._context.catalogue.articles.values()
        made = [article for article in articles if is_made(article.product)]
        needed = [self._simple() for _ in made]
        if len(made) > 1:
            label = Component(UNKNOWN_OPTION_ID, "", LABEL_PER_UNIT)
            needed[0] = (Component(made[1].option_id, "", ONE), *needed[0][:1])
            needed[1] = (Component(made[0].option_id, "", ONE), label)
        for number, (days, places) in enumerate(BILLS):
            here = [place for place in places if place < len(made)]
            if here:
                components = [needed[each] for each in here]
                bom = self._bom([made[each] for each in here], components, days)
                if number == CHANGED_BILL:
                    _change(bom)
                yield bom

    def _simple(self) -> tuple[Component, ...]:
        chosen = self._rng.sample(self._context.catalogue.simple_articles(), 2)
        return tuple(
            Component(article.option_id, "", Decimal(self._rng.randint(1, 3))) for article in chosen
        )

    def _bom(
        self,
        articles: Sequence[Article],
        components: Sequence[tuple[Component, ...]],
        days: int | None = None,
    ) -> History[BomMaster]:
        """Return a bill for some articles, as old as they are or of some days after the opening."""
        at = articles[0].product.created_at
        if days is not None:
            day = self._context.opened_on + timedelta(days=days)
            at = max(at, self._context.clock.at(day, 14))
        id = next(self._ids)
        products = tuple(map(self._assembly, articles, components))
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
        article = self._context.catalogue.articles.get(component.option_id)
        code, name = (article.line_code, article.product.name) if article else (UNKNOWN_CODE, "")
        return Part(next(self._part_ids), component.option_id, code, name, component.quantity)


def _change(bom: History[BomMaster]) -> None:
    """Need one more of the first component from some day on."""
    made = bom.last.products[0]
    first, *others = made.components
    more = replace(made, components=(replace(first, quantity=first.quantity + 1), *others))
    bom.revise(bom.last.created_at + timedelta(days=CHANGED_AFTER_DAYS), products=(more,))


def _complete(loss: int) -> Step:
    """Return the step that makes so many units less, from so many more of each component."""

    def finished(made: Assembly) -> Assembly:
        components = tuple(replace(part, done=part.quantity + loss) for part in made.components)
        return replace(made, done=made.quantity - loss, components=components)

    def products(lifecycle: Lifecycle[Any]) -> tuple[Assembly, ...]:
        return tuple(map(finished, lifecycle.document.products))

    return step(24, 24 * LEAD_DAYS, completed_at=now, stage="Completed", products=products)


_release = step(1, 20, is_approved=True, stage="Processing")
SCRIPTS: Scripts[Lifecycle[ProductionJob]] = (
    (7, 3, ()),
    (9, 4, (_release,)),
    (13, 6, (_release, step(20, 90, deleted_at=now))),
    (5, 2, (_release, _complete(loss=1))),
    (1, 0, (_release, _complete(loss=0))),
)


class JobWriter(Writer[ProductionJob]):
    """Writes the production jobs of each day."""

    topic, hours = "production", (9, 16)

    def __init__(self, context: Context, bills: BillsOfMaterials) -> None:
        super().__init__(context)
        self._bills, self._ids = bills, count(FIRST_PRODUCT_LINE_ID)

    def _next(self, at: datetime, rng: Random) -> Lifecycle[ProductionJob] | None:
        boms = self._bills.for_jobs(self._context.clock.day_of(at))
        if not boms:
            return None
        self._count += 1
        bom = boms[self._count % len(boms)]
        job = ProductionJob(
            **new(FIRST_JOB_ID + self._count, f"PJ-{FIRST_REFERENCE + self._count}", at),
            lines=(),
            branch_id=place.WEST if self._count % 8 == 1 else place.MAIN,
            due_at=self._context.clock.midnight_of(at + timedelta(days=LEAD_DAYS)),
            products=(self._planned(bom.products[0], Decimal(rng.randint(1, 3) * BATCH)),),
        )
        for made in job.products:
            self._context.buyer.change(made.option_id, job.branch_id, made.quantity)
            for part in made.components:
                self._context.buyer.change(part.option_id, job.branch_id, -part.quantity)
        return Lifecycle(job, self._context.clock, rng).run(by_number(SCRIPTS, self._count))

    def _planned(self, made: Assembly, quantity: Decimal) -> Assembly:
        """Return a bill for so many units; what is in no catalogue cannot be planned."""
        components = tuple(
            replace(part, id=next(self._ids), quantity=part.quantity * quantity)
            for part in made.components
            if part.option_id in self._context.catalogue.articles
        )
        return replace(made, id=next(self._ids), quantity=quantity, components=components)
