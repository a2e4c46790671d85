"""Items (option × size) and which of them a document's line speaks of.

A line with sizes becomes one part per size. What a part counts for is decided by its document's
module.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from cin7_pipeline.sandbox.ledger import Line, Option, SizeQuantity
from tests.expected.measures import ZERO, rounded, spread

K = TypeVar("K")


def sku_of(option: Option) -> str:
    """The code as it stands; where there is none, the code of the size, then of the option."""
    return option.code or option.size_code or option.option_code or ""


@dataclass(frozen=True, slots=True)
class Part:
    """One size of a line with its share of the line's figures; `item` is None when there is none.

    `size` is the item's, or what the line calls it where no item is found.
    """

    line: Line
    item: Option | None
    size: str
    ordered: Decimal
    done: Decimal
    discount: Decimal

    @property
    def is_component(self) -> bool:
        """True for a piece of a kit whose parent line stands in the same document."""
        return self.line.parent_id != 0

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that leave the part out, whatever its document is."""
        component = ("kit_component",) if self.is_component else ()
        return component if self.item else (*component, "description_only")


class Items:
    """All items of the account, found by key or by code."""

    def __init__(self, options: Iterable[Option]) -> None:
        self.all = list(options)
        self._by_key = {option.key: option for option in self.all}
        self._alone = _unique((option.id, option) for option in self.all)
        self._by_sku = _unique((sku_of(option), option) for option in self.all)
        self._by_sku.pop("", None)

    def sku(self, key: tuple[int, str]) -> str | None:
        """The item's SKU; None where the key is no item."""
        option = self._by_key.get(key)
        return None if option is None else sku_of(option)

    def parts(self, line: Line) -> list[Part]:
        """The line, one part per size; sizes that are the same item are one part."""
        sizes = _named_sizes(line)
        if not sizes:
            return [_whole(line, self._unsized(line))]
        weights = [size.quantity for size in sizes]
        dones = spread(rounded(line.done), weights)
        discounts = spread(rounded(line.discount), weights)
        parts = []
        for size, done, discount in zip(sizes, dones, discounts, strict=True):
            item = self._sized(line, size)
            name = item.size if item else size.name
            parts.append(Part(line, item, name, size.quantity, done, discount))
        return _merged(parts)

    def _unsized(self, line: Line) -> Option | None:
        return (
            self._by_key.get((line.option_id, ""))
            or self._alone.get(line.option_id)
            or self._by_sku.get(line.code or "")
        )

    def _sized(self, line: Line, size: SizeQuantity) -> Option | None:
        return self._by_key.get((line.option_id, size.name)) or self._by_sku.get(size.code or "")


def _unique(pairs: Iterable[tuple[K, Option]]) -> dict[K, Option]:
    pairs = list(pairs)
    counts = Counter(key for key, _ in pairs)
    return {key: option for key, option in pairs if counts[key] == 1}


def _named_sizes(line: Line) -> list[SizeQuantity]:
    """The sizes of a line in their order; a size that stands twice is summed where it stood first."""
    sizes: dict[str, SizeQuantity] = {}
    for size in line.sizes:
        if size.name:
            first = sizes.get(size.name, replace(size, quantity=ZERO))
            quantity = first.quantity + rounded(size.quantity)
            sizes[size.name] = replace(first, quantity=quantity)
    return list(sizes.values())


def _whole(line: Line, item: Option | None) -> Part:
    return Part(
        line=line,
        item=item,
        size=item.size if item else "",
        ordered=rounded(line.quantity),
        done=rounded(line.done),
        discount=rounded(line.discount),
    )


def _merged(parts: list[Part]) -> list[Part]:
    groups: dict[tuple[tuple[int, str] | None, str], list[Part]] = defaultdict(list)
    for part in parts:
        groups[part.item.key if part.item else None, part.size].append(part)
    return [_sum(group) for group in groups.values()]


def _sum(parts: list[Part]) -> Part:
    first = parts[0]
    if len(parts) == 1:
        return first
    return replace(
        first,
        ordered=sum((part.ordered for part in parts), ZERO),
        done=sum((part.done for part in parts), ZERO),
        discount=sum((part.discount for part in parts), ZERO),
    )
