"""Production jobs: what the merchant makes by a bill of materials, and how much of it comes out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster, ProductionJob
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.buyer_view import Levels
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.recipes import Recipes

FIRST_JOB_ID, FIRST_PRODUCT_LINE_ID, FIRST_REFERENCE = 4101, 61001, 2001
BATCH, LEAD_DAYS = 4, 5
SPOILT_EVERY, SPOILT_PLACE = 5, 2


class JobLife:
    """Tells one production job's story."""

    def __init__(self, job: ProductionJob, clock: WallClock, rng: Random) -> None:
        self.history = History(job)
        self._clock, self._rng = clock, rng
        self._now = job.created_at

    def approve(self) -> None:
        """Released to the workshop; stock does not move yet."""
        self._wait(1, 20)
        self._revise(is_approved=True, stage="Processing")

    def complete(self) -> None:
        """Made as planned."""
        self._complete(Decimal(0))

    def complete_with_loss(self) -> None:
        """One unit less comes out, and one of each component more goes in."""
        self._complete(Decimal(1))

    def delete(self) -> None:
        """Gone without a word."""
        self._wait(20, 90)
        self._revise(deleted_at=self._now)

    def _complete(self, loss: Decimal) -> None:
        self._wait(24, 24 * LEAD_DAYS)
        products = tuple(_finished(each, loss) for each in self.history.last.products)
        self._revise(completed_at=self._now, stage="Completed", products=products)

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)


Life = JobLife
Script = tuple[Callable[[JobLife], None], ...]
BY_NUMBER: tuple[tuple[int, int, Script], ...] = (
    (7, 3, ()),
    (9, 4, (Life.approve,)),
    (13, 6, (Life.approve, Life.delete)),
    (SPOILT_EVERY, SPOILT_PLACE, (Life.approve, Life.complete_with_loss)),
    (1, 0, (Life.approve, Life.complete)),
)


class Workshop:
    """Writes the production jobs of each day."""

    def __init__(
        self, seed: int, clock: WallClock, recipes: Recipes, catalogue: Catalogue, levels: Levels
    ) -> None:
        self._seed, self._clock = seed, clock
        self._recipes, self._catalogue, self._levels = recipes, catalogue, levels
        self._count = 0
        self._ids = count(FIRST_PRODUCT_LINE_ID)

    def live(self, day: date, jobs: int) -> list[History[ProductionJob]]:
        """The production jobs created on one day."""
        rng = seeded_rng(self._seed, "production", day)
        boms = self._recipes.for_jobs(day)
        moments = sorted(self._clock.at(day, rng.uniform(9, 16)) for _ in range(jobs))
        return [self._tell(at, boms, rng) for at in moments if boms]

    def _tell(self, at: datetime, boms: list[BomMaster], rng: Random) -> History[ProductionJob]:
        self._count += 1
        bom = boms[self._count % len(boms)]
        job = ProductionJob(
            id=FIRST_JOB_ID + self._count,
            reference=f"PJ-{FIRST_REFERENCE + self._count}",
            created_at=at,
            modified_at=at,
            is_approved=False,
            lines=(),
            branch_id=place.WEST if self._count % 8 == 1 else place.MAIN,
            due_at=self._clock.midnight_of(at + timedelta(days=LEAD_DAYS)),
            products=(self._planned(bom.products[0], Decimal(rng.randint(1, 3) * BATCH)),),
        )
        self._note(job)
        life = JobLife(job, self._clock, rng)
        for step in next(
            script for period, at_, script in BY_NUMBER if self._count % period == at_
        ):
            step(life)
        return life.history

    def _note(self, job: ProductionJob) -> None:
        for made in job.products:
            self._levels.change(made.option_id, job.branch_id, made.quantity)
            for part in made.components:
                self._levels.change(part.option_id, job.branch_id, -part.quantity)

    def _planned(self, made: Assembly, quantity: Decimal) -> Assembly:
        """A bill for so many units; what is in no catalogue cannot be planned."""
        components = tuple(
            replace(part, id=next(self._ids), quantity=part.quantity * quantity)
            for part in made.components
            if part.option_id in self._catalogue.articles
        )
        return replace(made, id=next(self._ids), quantity=quantity, components=components)


def _finished(made: Assembly, loss: Decimal) -> Assembly:
    components = tuple(replace(part, done=part.quantity + loss) for part in made.components)
    return replace(made, done=made.quantity - loss, components=components)
