"""This module writes the lines of documents: quantities, prices, sizes, kit components, what is done.

Who orders them is in `orders`, `purchasing`, `transfers` and `returns`.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Line, SizeQuantity
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue
from cin7_pipeline.sandbox.simulation.items import Article, is_exploded

CENT = Decimal("0.01")
UNEVEN, UNEVENLY_DONE = (1, 2, 3, 4), 3


class LineFactory:
    """Writes lines; their ids are unique in the whole account."""

    def __init__(self, catalogue: Catalogue, line_ids: Iterator[int]) -> None:
        self.catalogue = catalogue
        self._ids = line_ids

    def line(self, article: Article, quantities: list[int], price: Decimal) -> Line:
        """Return a line of one article: one quantity, or one per size with 0 where a size is left out."""
        sizes = tuple(
            SizeQuantity(option.size, option.code or option.size_code or "", Decimal(quantity))
            for option, quantity in zip(article.options, quantities, strict=False)
            if article.is_sized and quantity
        )
        return Line(
            id=next(self._ids),
            option_id=article.option_id,
            code=article.line_code,
            name=article.product.name,
            quantity=Decimal(sum(quantities)),
            unit_price=price,
            unit_cost=article.cost,
            sizes=sizes,
        )

    def kit(self, article: Article, quantity: int, price: Decimal) -> list[Line]:
        """Return a kit's line with the lines of its components below it; of some kits only the first."""
        parent = self.line(article, [quantity], price)
        children = []
        parts = self.catalogue.parts(article.option_id) if is_exploded(article.product) else ()
        for component in parts:
            part = self.catalogue.articles[component.option_id]
            amounts = [
                int(component.quantity) * quantity if option.size == component.size else 0
                for option in part.options
            ]
            child = self.line(part, amounts, Decimal(0))
            children.append(replace(child, parent_id=parent.id))
        return [parent, *children]

    def sold(self, article: Article, rng: random.Random, price: Decimal, most: int) -> list[Line]:
        """Return the lines for up to `most` units of an article, or metres, or of each size."""
        if article.product.components:
            return self.kit(article, rng.randint(1, max(1, most // 3)), price)
        if article.is_sized:
            amounts = [rng.randint(0, max(1, most // 2)) for _ in article.options]
            amounts[rng.randrange(len(amounts))] += 1
            return [self.line(article, amounts, price)]
        line = self.line(article, [rng.randint(1, most)], price)
        if article.in_fractions:
            line = replace(line, quantity=line.quantity + Decimal(rng.choice((25, 50, 75))) / 100)
        return [line]

    def fee(self, code: str, name: str, price: Decimal, quantity: int = 1) -> Line:
        """Return a line that is no item: freight, a note, an amount."""
        return Line(next(self._ids), 0, code, name, Decimal(quantity), unit_price=price)

    def again(self, lines: Iterable[Line]) -> tuple[Line, ...]:
        """Copy lines for another document: new ids, nothing done yet, kits still together."""
        ids: dict[int, int] = {}
        copies = []
        for line in lines:
            ids[line.id] = next(self._ids)
            parent_id = ids.get(line.parent_id, 0)
            copies.append(replace(line, id=ids[line.id], done=Decimal(0), parent_id=parent_id))
        return tuple(copies)


def done_in_full(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return every line shipped, received or transferred as ordered."""
    return tuple(replace(line, done=line.quantity) for line in lines)


def done_in_part(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines half done, in whole units and every size alike; kits and fees not at all."""
    lines = tuple(lines)
    in_kits = {id for line in lines if line.parent_id for id in (line.id, line.parent_id)}
    return tuple(
        replace(line, done=_half(line)) if line.option_id and line.id not in in_kits else line
        for line in lines
    )


def done_unevenly(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines with three of ten done where sizes were ordered unevenly; nothing else."""
    return tuple(
        replace(line, done=Decimal(UNEVENLY_DONE))
        if [size.quantity for size in line.sizes] == list(UNEVEN)
        else line
        for line in lines
    )


def _half(line: Line) -> Decimal:
    if not line.sizes:
        return Decimal(int(line.quantity) // 2)
    is_even = all(size.quantity % 2 == 0 for size in line.sizes)
    return line.quantity / 2 if is_even else Decimal(0)


def only_done(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return what has been done of the lines, as if no more had been ordered; fees are done with it."""
    kept = (line if line.option_id else replace(line, done=line.quantity) for line in lines)
    return tuple(_cut(line, line.done, line.done) for line in kept if line.done)


def still_open(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return what is left to do of the lines; fees stay with what was done."""
    return tuple(
        _cut(line, line.quantity - line.done, Decimal(0))
        for line in lines
        if line.option_id and line.quantity > line.done
    )


def _cut(line: Line, quantity: Decimal, done: Decimal) -> Line:
    """Return the line for part of its quantity, its sizes and its discount in proportion."""
    share = quantity / line.quantity
    sizes = tuple(replace(size, quantity=size.quantity * share) for size in line.sizes)
    discount = (line.discount * share).quantize(CENT)
    return replace(line, quantity=quantity, done=done, sizes=sizes, discount=discount)
