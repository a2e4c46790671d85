"""Branch transfers: what is moved between which branches, and what becomes of it.

Cin7 gives a transfer neither a status nor a void flag: one that is called off simply vanishes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import Line, Transfer
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.buyer_view import Levels
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.contacts import People
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import Article
from cin7_pipeline.sandbox.simulation.order_lines import Baskets, done_in_full

FIRST_TRANSFER_ID, FIRST_REFERENCE = 902, 77
MOST_LINES, MOST_UNITS = 10, 60


@dataclass(frozen=True)
class Lane:
    """A pair of branches and the days a transfer usually takes between them."""

    source_id: int
    destination_id: int
    days: tuple[int, int]


LANES = (
    Lane(place.MAIN, place.THIRD_PARTY, (3, 6)),
    Lane(place.MAIN, place.STORE, (1, 2)),
    Lane(place.MAIN, place.WEST, (5, 9)),
    Lane(place.MAIN, place.THIRD_PARTY, (3, 6)),
    Lane(place.WEST, place.THIRD_PARTY, (4, 8)),
    Lane(place.WEST, place.MAIN, (5, 9)),
)
CLEARANCE = Lane(place.OLD, place.MAIN, (2, 3))
TO_NEW_SHOPS_DAYS = (1, 3)


class TransferLife:
    """Tells one transfer's story."""

    def __init__(self, transfer: Transfer, lane: Lane, clock: WallClock, rng: Random) -> None:
        self.history = History(transfer)
        self._lane, self._clock, self._rng = lane, clock, rng
        self._now = transfer.created_at

    def approve(self) -> None:
        """Allowed to leave."""
        self._wait(1, 20)
        self._revise(is_approved=True, approved_at=self._now)

    def dispatch(self) -> None:
        """On the road: off the source's stock, in its `holding`."""
        self._wait(2, 40)
        self._revise(dispatched_at=self._now, stage="Dispatched")

    def receive(self) -> None:
        """At the destination, in full."""
        first, last = self._lane.days
        self._wait(24 * first, 24 * last)
        lines = done_in_full(self.history.last.lines)
        self._revise(received_at=self._now, stage="Received", lines=lines)

    def delete(self) -> None:
        """Called off: Cin7 takes back what it did to stock and lists it no more."""
        self._wait(12, 70)
        self._revise(deleted_at=self._now)

    def _wait(self, low: float, high: float) -> None:
        self._now = self._clock.later(self._now, self._rng, low, high)

    def _revise(self, **changes: object) -> None:
        self.history.revise(self._now, **changes)


Life = TransferLife
Script = tuple[Callable[[TransferLife], None], ...]
BY_NUMBER: tuple[tuple[int, int, Script], ...] = (
    (150, 4, (Life.approve, Life.dispatch)),
    (19, 7, ()),
    (23, 11, (Life.approve,)),
    (13, 5, (Life.delete,)),
    (17, 9, (Life.approve, Life.dispatch, Life.delete)),
    (37, 20, (Life.approve, Life.dispatch, Life.receive, Life.delete)),
    (1, 0, (Life.approve, Life.dispatch, Life.receive)),
)


class TransferDesk:
    """Writes the transfers of each day."""

    def __init__(
        self, seed: int, clock: WallClock, people: People, baskets: Baskets, levels: Levels
    ) -> None:
        self._seed, self._clock = seed, clock
        self._people, self._baskets, self._levels = people, baskets, levels
        self._count = 0

    def live(self, day: date, transfers: int) -> list[History[Transfer]]:
        """The transfers created on one day."""
        rng = seeded_rng(self._seed, "transfers", day)
        moments = sorted(self._clock.at(day, rng.uniform(8, 16)) for _ in range(transfers))
        told = (self._tell(at, rng) for at in moments)
        return [history for history in told if history is not None]

    def _tell(self, at: datetime, rng: Random) -> History[Transfer] | None:
        """The next transfer's story; None where the source has nothing to spare."""
        self._count += 1
        lane = self._lane()
        wanted = self._wanted(lane)
        if not wanted:
            return None
        transfer = Transfer(
            id=FIRST_TRANSFER_ID + self._count,
            reference=f"BT-{FIRST_REFERENCE + self._count}",
            created_at=at,
            modified_at=at,
            is_approved=False,
            lines=tuple(self._line(article, lane, rng) for article in wanted),
            source_branch_id=lane.source_id,
            destination_branch_id=lane.destination_id,
        )
        self._levels.add(transfer.lines, lane.source_id, -1)
        self._levels.add(transfer.lines, lane.destination_id, 1)
        life = TransferLife(transfer, lane, self._clock, rng)
        for step in next(
            script for period, at_, script in BY_NUMBER if self._count % period == at_
        ):
            step(life)
        return life.history

    def _lane(self) -> Lane:
        """The lanes in turn; the old branch is cleared first, new shops are filled now and then."""
        if self._count % 3 == 2 and self._count < 2 * len(LANES):
            return CLEARANCE
        new_shops = [id for id in self._people.shop_ids if id != place.STORE]
        if new_shops and self._count % 4 == 1:
            shop = new_shops[self._count // 4 % len(new_shops)]
            return Lane(place.MAIN, shop, TO_NEW_SHOPS_DAYS)
        return LANES[self._count % len(LANES)]

    def _wanted(self, lane: Lane) -> list[Article]:
        """What the source has and the destination will run out of first."""
        articles = [
            article
            for article in self._baskets.catalogue.on_sale()
            if not article.product.components and self._spare(article, lane.source_id) > 0
        ]
        articles.sort(key=lambda a: self._levels.days_left(a, [lane.destination_id]))
        return articles[:MOST_LINES]

    def _spare(self, article: Article, branch_id: int) -> int:
        return int(self._levels.least(article, branch_id)) // 2

    def _line(self, article: Article, lane: Lane, rng: Random) -> Line:
        most = min(self._spare(article, lane.source_id), MOST_UNITS)
        amounts = [rng.randint((most + 1) // 2, most) for _ in article.options]
        return self._baskets.line(article, amounts, Decimal(article.cost))
