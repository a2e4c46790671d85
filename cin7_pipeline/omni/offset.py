"""Pages by number: for a list that cannot be read by key, and for rows that tie on one key.

Numbers skip rows when others leave the list meanwhile, so such pages are read in passes. When a list is
read this way is decided in `pages` and `list_end`.
"""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from cin7_pipeline.errors import Cin7Unavailable, ContractBroken
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.page import Page, PageReader

# A list that loses rows while it is read by page numbers is read again, but not for ever.
PASSES = 6
# Rows that move between pages can fill one page with rows seen before, but hardly three in a row.
MAX_REPEATED_PAGES = 3


def offset_pages(
    reader: PageReader, endpoint: Endpoint, where: str | None, direction: str = "ASC"
) -> Iterator[Page]:
    """Pages by number until an empty one.

    Raises:
        ContractBroken: pages that never end.
    """
    novelty = _RepeatGuard(endpoint)
    for number in count(1):
        page = reader.read(where, number, direction)
        if not page.keys:
            return
        novelty.require(page)
        yield page


def repeat_until_stable(
    endpoint: Endpoint,
    one_pass: Callable[[], Iterator[Page]],
    counts: Callable[[tuple[Any, ...]], bool] = lambda _: True,
) -> Iterator[Page]:
    """Pages by number, pass after pass, until none of the rows that count left during one.

    Only a row that leaves pulls others over the edge of a page unread. One that left during a pass
    is missed by the next pass: where nothing is, the pass before saw all.

    Raises:
        Cin7Unavailable: rows left in every pass.
    """
    before: set[tuple[Any, ...]] | None = None
    for _ in range(PASSES):
        seen: set[tuple[Any, ...]] = set()
        for page in one_pass():
            seen.update(filter(counts, page.keys))
            yield page
        if before is not None and before <= seen:
            return
        before = seen
    msg = (
        f"{endpoint.path}: rows left the list in each of {PASSES} passes over its pages, so"
        " that others may have been missed. Nothing was written; try again when less is changed."
    )
    raise Cin7Unavailable(msg)


class _RepeatGuard:
    """Stops a walk whose pages bring nothing new any more: it would never end."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._seen: set[tuple[Any, ...]] = set()
        self._stale = 0

    def require(self, page: Page) -> None:
        known = len(self._seen)
        self._seen.update(page.keys)
        self._stale = 0 if len(self._seen) > known else self._stale + 1
        if self._stale >= MAX_REPEATED_PAGES:
            msg = (
                f"{self._endpoint.path}: {MAX_REPEATED_PAGES} pages in a row repeated records already"
                " read, and none was empty: Cin7 ignores `page`. Nothing was written; report this."
            )
            raise ContractBroken(msg)
