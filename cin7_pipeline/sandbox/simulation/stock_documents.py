"""This module simulates what moves stock besides orders: transfers, adjustments and credit notes.

Cin7 gives a transfer neither a status nor a void flag: one that is called off is simply deleted. The
quantities of a credit note are negative, as Cin7 writes them; `done` is what went back into stock.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from cin7_pipeline.sandbox.ledger import Adjustment, CreditNote, Line, SalesOrder, Transfer
from cin7_pipeline.sandbox.simulation import contacts as place
from cin7_pipeline.sandbox.simulation.history import History
from cin7_pipeline.sandbox.simulation.items import Article
from cin7_pipeline.sandbox.simulation.lifecycle import (
    Context,
    Lifecycle,
    Scripts,
    Writer,
    by_number,
    in_full,
    midnight,
    new,
    now,
    step,
)

FIRST_TRANSFER_ID, FIRST_TRANSFER_REFERENCE = 902, 77
MOST_LINES, MOST_UNITS = 10, 60
FIRST_ADJUSTMENT_ID, FIRST_ADJUSTMENT_REFERENCE = 7301, 601
COUNTED_BRANCH_IDS = (place.MAIN, place.STORE, place.WEST, place.MAIN, place.THIRD_PARTY)
FIRST_CREDIT_NOTE_ID, FIRST_CREDIT_NOTE_REFERENCE = 60200, 3100
OLDEST_DAYS, YOUNGEST_DAYS = 40, 4
REFUND_EVERY, REFUND_QUANTITY, REFUND_PRICE = 7, Decimal("-0.1775"), Decimal("1840")
REASONS = (("Stocktake", -4, 4), ("Damaged", -3, -1), ("Stocktake", -4, 4), ("Found", 1, 5))


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


class TransferLifecycle(Lifecycle[Transfer]):
    """Writes the versions of one transfer."""

    def __init__(self, transfer: Transfer, lane: Lane, context: Context, rng: Random) -> None:
        super().__init__(transfer, context.clock, rng)
        self._lane = lane

    def receive(self) -> None:
        """Receive it in full at the destination."""
        first, last = self._lane.days
        self.wait(24 * first, 24 * last)
        self.revise(received_at=now, stage="Received", lines=in_full)


_approve = step(1, 20, is_approved=True, approved_at=now)
_dispatch = step(2, 40, dispatched_at=now, stage="Dispatched")
_receive = TransferLifecycle.receive
_delete = step(12, 70, deleted_at=now)
TRANSFER_SCRIPTS: Scripts[TransferLifecycle] = (
    (150, 4, (_approve, _dispatch)),
    (19, 7, ()),
    (23, 11, (_approve,)),
    (13, 5, (_delete,)),
    (17, 9, (_approve, _dispatch, _delete)),
    (37, 20, (_approve, _dispatch, _receive, _delete)),
    (1, 0, (_approve, _dispatch, _receive)),
)


class TransferWriter(Writer[Transfer]):
    """Writes the transfers of each day; none where the source has nothing to spare."""

    topic, hours = "transfers", (8, 16)

    def _next(self, at: datetime, rng: Random) -> Lifecycle[Transfer] | None:
        self._count += 1
        lane = self._lane()
        wanted = self._wanted(lane)
        if not wanted:
            return None
        transfer = Transfer(
            **new(
                FIRST_TRANSFER_ID + self._count, f"BT-{FIRST_TRANSFER_REFERENCE + self._count}", at
            ),
            lines=tuple(self._line(article, lane, rng) for article in wanted),
            source_branch_id=lane.source_id,
            destination_branch_id=lane.destination_id,
        )
        self._context.buyer.add(transfer.lines, lane.source_id, -1)
        self._context.buyer.add(transfer.lines, lane.destination_id, 1)
        lifecycle = TransferLifecycle(transfer, lane, self._context, rng)
        return lifecycle.run(by_number(TRANSFER_SCRIPTS, self._count))

    def _lane(self) -> Lane:
        """Return the lanes in turn; the old branch is cleared first, new shops are filled at times."""
        if self._count % 3 == 2 and self._count < 2 * len(LANES):
            return CLEARANCE
        new_shops = [id for id in self._context.contacts.shop_ids if id != place.STORE]
        if new_shops and self._count % 4 == 1:
            shop = new_shops[self._count // 4 % len(new_shops)]
            return Lane(place.MAIN, shop, TO_NEW_SHOPS_DAYS)
        return LANES[self._count % len(LANES)]

    def _wanted(self, lane: Lane) -> list[Article]:
        """Return what the source has and the destination will run out of first."""
        articles = [
            article
            for article in self._context.catalogue.on_sale()
            if not article.product.components and self._spare(article, lane.source_id) > 0
        ]
        articles.sort(key=lambda a: self._context.buyer.days_left(a, [lane.destination_id]))
        return articles[:MOST_LINES]

    def _spare(self, article: Article, branch_id: int) -> int:
        return int(self._context.buyer.least(article, branch_id)) // 2

    def _line(self, article: Article, lane: Lane, rng: Random) -> Line:
        most = min(self._spare(article, lane.source_id), MOST_UNITS)
        amounts = [rng.randint((most + 1) // 2, most) for _ in article.options]
        return self._context.lines.line(article, amounts, Decimal(article.cost))


_check = step(0.5, 10, is_approved=True)
_complete = step(0.2, 30, completed_at=now)
ADJUSTMENT_SCRIPTS: Scripts[Lifecycle[Adjustment]] = (
    (6, 2, ()),
    (11, 5, (_check,)),
    (17, 7, (_check, _complete, step(20, 90, deleted_at=now))),
    (1, 0, (_check, _complete)),
)


class AdjustmentWriter(Writer[Adjustment]):
    """Writes the adjustments of each day: counts that differ from the ledger, damage and finds."""

    topic = "adjustments"

    def _next(self, at: datetime, rng: Random) -> Lifecycle[Adjustment]:
        self._count += 1
        reason, least, most = REASONS[self._count % len(REASONS)]
        adjustment = Adjustment(
            **new(
                FIRST_ADJUSTMENT_ID + self._count,
                f"ADJ-{FIRST_ADJUSTMENT_REFERENCE + self._count}",
                at,
            ),
            lines=self._lines(least, most, rng),
            branch_id=COUNTED_BRANCH_IDS[self._count % len(COUNTED_BRANCH_IDS)],
            reason=reason,
        )
        lifecycle = Lifecycle(adjustment, self._context.clock, rng)
        return lifecycle.run(by_number(ADJUSTMENT_SCRIPTS, self._count))

    def _lines(self, least: int, most: int, rng: Random) -> tuple[Line, ...]:
        """Return lines without sizes, since an adjustment's line cannot say which size it means."""
        articles = self._context.catalogue.simple_articles()
        chosen = rng.sample(articles, min(len(articles), rng.randint(1, 3)))
        write = self._context.lines.line
        return tuple(
            write(article, [rng.randint(least, most) or 1], Decimal(article.cost))
            for article in chosen
        )


_grant = step(1, 40, is_approved=True, credited_at=midnight)
_take_back = step(10, 150, completed_at=now, lines=in_full)
CREDIT_NOTE_SCRIPTS: Scripts[Lifecycle[CreditNote]] = (
    (9, 3, ()),
    (8, 5, (_grant,)),
    (11, 6, (_grant, step(5, 60, is_void=True))),
    (19, 9, (_grant, _take_back, step(20, 90, deleted_at=now))),
    (1, 0, (_grant, _take_back)),
)


class CreditNoteWriter(Writer[CreditNote]):
    """Writes the credit notes of each day; they credit orders dispatched some days before."""

    topic = "returns"

    def __init__(self, context: Context, orders: Sequence[History[SalesOrder]]) -> None:
        super().__init__(context)
        self._orders = orders

    def _next(self, at: datetime, rng: Random) -> Lifecycle[CreditNote] | None:
        shipped = _shipped(at, self._orders)
        if not shipped:
            return None
        order = rng.choice(shipped)
        self._count += 1
        note = CreditNote(
            **new(
                FIRST_CREDIT_NOTE_ID + self._count,
                f"CRN-{FIRST_CREDIT_NOTE_REFERENCE + self._count}",
                at,
            ),
            lines=self._lines(order, rng),
            member_id=order.member_id,
            branch_id=order.branch_id,
            sales_reference=order.reference,
            source=order.source,
            company=order.company,
            project_name=order.project_name,
            currency=order.currency,
            currency_rate=order.currency_rate,
        )
        lifecycle = Lifecycle(note, self._context.clock, rng)
        return lifecycle.run(by_number(CREDIT_NOTE_SCRIPTS, self._count))

    def _lines(self, order: SalesOrder, rng: Random) -> tuple[Line, ...]:
        """Return one line of the order (a kit with its parts), or an amount of money."""
        if self._count % REFUND_EVERY == 2:
            code = ("", "Amount")[self._count % 2]
            line = self._context.lines.fee(code, "Refund", REFUND_PRICE)
            return (replace(line, quantity=REFUND_QUANTITY),)
        goods = [line for line in order.lines if line.option_id and not line.parent_id]
        chosen = rng.choice(goods)
        family = [line for line in order.lines if chosen.id in {line.id, line.parent_id}]
        return tuple(_negative(line) for line in self._context.lines.again(family))


def _shipped(at: datetime, orders: Sequence[History[SalesOrder]]) -> list[SalesOrder]:
    """Return the orders of the last weeks that had shipped by then."""
    earliest, latest = at - timedelta(days=OLDEST_DAYS), at - timedelta(days=YOUNGEST_DAYS)
    # They are in the order of their days, not of their times.
    first = bisect_left(orders, earliest - timedelta(days=1), key=_created_at)
    recent = (each for each in orders[first:] if earliest <= _created_at(each) < latest)
    return [order for each in recent if (order := each.at(at)) and _is_shipped(order)]


def _created_at(order: History[SalesOrder]) -> datetime:
    created_at: datetime = order.versions[0].created_at
    return created_at


def _is_shipped(order: SalesOrder) -> bool:
    is_valid = order.branch_id and order.dispatched_at and not (order.is_void or order.deleted_at)
    shipped = any(line.option_id and line.done > 0 and not line.parent_id for line in order.lines)
    return bool(is_valid) and shipped


def _negative(line: Line) -> Line:
    sizes = tuple(replace(size, quantity=-size.quantity) for size in line.sizes)
    return replace(line, quantity=-line.quantity, discount=-line.discount, sizes=sizes)
