"""Stock adjustments: counts that differ from the books, damage and finds."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import Adjustment, Line
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.order_lines import Baskets

FIRST_ADJUSTMENT_ID, FIRST_REFERENCE = 7301, 601
BRANCH_IDS = (place.MAIN, place.STORE, place.WEST, place.MAIN, place.THIRD_PARTY)
REASONS = (("Stocktake", -4, 4), ("Damaged", -3, -1), ("Stocktake", -4, 4), ("Found", 1, 5))


class AdjustmentLife:
    """Tells one adjustment's story."""

    def __init__(self, adjustment: Adjustment, clock: WallClock, rng: Random) -> None:
        self.history = History(adjustment)
        self._clock, self._rng = clock, rng
        self._now = adjustment.created_at

    def approve(self) -> None:
        """Checked by a second person."""
        self._wait(0.5, 10)
        self._revise(is_approved=True)

    def complete(self) -> None:
        """The books now say what the shelf says."""
        self._wait(0.2, 30)
        self._revise(completed_at=self._now)

    def delete(self) -> None:
        """Gone without a word."""
        self._wait(20, 90)
        self._revise(deleted_at=self._now)

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)


Life = AdjustmentLife
Script = tuple[Callable[[AdjustmentLife], None], ...]
BY_NUMBER: tuple[tuple[int, int, Script], ...] = (
    (6, 2, ()),
    (11, 5, (Life.approve,)),
    (17, 7, (Life.approve, Life.complete, Life.delete)),
    (1, 0, (Life.approve, Life.complete)),
)


class StocktakingDesk:
    """Writes the adjustments of each day."""

    def __init__(self, seed: int, clock: WallClock, baskets: Baskets) -> None:
        self._seed, self._clock, self._baskets = seed, clock, baskets
        self._count = 0

    def live(self, day: date, adjustments: int) -> list[History[Adjustment]]:
        """The adjustments created on one day."""
        rng = seeded_rng(self._seed, "adjustments", day)
        moments = sorted(self._clock.at(day, rng.uniform(9, 17)) for _ in range(adjustments))
        return [self._tell(at, rng) for at in moments]

    def _tell(self, at: datetime, rng: Random) -> History[Adjustment]:
        self._count += 1
        reason, least, most = REASONS[self._count % len(REASONS)]
        adjustment = Adjustment(
            id=FIRST_ADJUSTMENT_ID + self._count,
            reference=f"ADJ-{FIRST_REFERENCE + self._count}",
            created_at=at,
            modified_at=at,
            is_approved=False,
            lines=self._lines(least, most, rng),
            branch_id=BRANCH_IDS[self._count % len(BRANCH_IDS)],
            reason=reason,
        )
        life = AdjustmentLife(adjustment, self._clock, rng)
        for step in next(
            script for period, at_, script in BY_NUMBER if self._count % period == at_
        ):
            step(life)
        return life.history

    def _lines(self, least: int, most: int, rng: Random) -> tuple[Line, ...]:
        """Articles without sizes, since an adjustment's line cannot say which size it means."""
        articles = self._baskets.catalogue.simple_articles()
        chosen = rng.sample(articles, min(len(articles), rng.randint(1, 3)))
        return tuple(
            self._baskets.line(article, [rng.randint(least, most) or 1], Decimal(article.cost))
            for article in chosen
        )
