"""This module reads all pages of a list, complete whatever the server does with paging.

A list is read by key from both ends (`id > last` from below, `id < last` from above), because numbered pages
skip rows when others leave the list meanwhile (`README.md`, Pages). It is not known how long a list is; an
empty page after the last would cost a call, and a page that is not full is no sure end. Where an earlier read
tells what to expect, a list is read in ranges of keys, each as a list of its own, all at once.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from cin7_pipeline.errors import Cin7Rejected
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.filters import after_key
from cin7_pipeline.omni.offset import repeat_until_stable
from cin7_pipeline.omni.page import FULL_PAGE, Direction, Page, PageReader

logger = logging.getLogger(__name__)

# Somebody may edit a short list between the calls for its two ends, but hardly twice.
LOOKS_AT_ENDS = 2
# Pages that are expected in a range: two, as a list is read from both ends, with room for new rows.
RANGE_PAGES = 1.92
RANGES_AT_ONCE = 4


class KeysetUnsupported(Exception):
    """The server cannot be read by key; the text says how that showed."""


class Paginator:
    """The pages of one list that have at least one record.

    Every record that matches `where` during the whole walk is in one of them, in any order and perhaps
    twice; callers de-duplicate by key. `expected` are the page keys of rows that are likely to be there, in
    order; where there are any, the list is not taken for empty. `used_offset_pages` is set where the server
    could not be read by key.

    Raises (while iterating):
        ContractBroken: a record without a key, or pages that never end.
        Cin7Unavailable: a list that can only be read by page numbers lost rows in every pass.
    """

    def __init__(
        self,
        client: Cin7Client,
        endpoint: Endpoint,
        where: str | None,
        *,
        expected: Sequence[int] = (),
        rows: int = FULL_PAGE,
    ) -> None:
        self.used_offset_pages = False
        self._endpoint = endpoint
        self._rows_may_tie = endpoint.has_tied_rows and rows > 1
        self._where = where
        self._expected = expected
        self._reader = PageReader(client, endpoint, rows)

    def __iter__(self) -> Iterator[Page]:
        try:
            yield from self._in_ranges()
        except KeysetUnsupported as error:
            reason = str(error)
        else:
            return
        self.used_offset_pages = True
        logger.warning(
            "%s: %s. Reading page by page instead, at least twice over.",
            self._endpoint.path,
            reason,
        )
        yield from repeat_until_stable(self._reader, self._where)

    def _in_ranges(self) -> Iterator[Page]:
        """Yield the pages of all ranges; a list of few rows is one range."""
        size = int(RANGE_PAGES * self._reader.rows)
        cuts = sorted(set(self._expected[size::size]))
        if not cuts:
            yield from self._by_key(self._where)
            return
        with ThreadPoolExecutor(RANGES_AT_ONCE, thread_name_prefix="cin7-ranges") as pool:
            for pages in pool.map(self._range, [None, *cuts], [*cuts, None]):
                yield from pages

    def _range(self, start: int | None, end: int | None) -> list[Page]:
        """Return the pages of the keys from `start` to below `end`.

        Raises:
            KeysetUnsupported: the server does not filter by them.
        """
        where, key = self._where, self._endpoint.page_key
        if start is not None:
            where = after_key(where, key, ">=", start)
        if end is not None:
            where = after_key(where, key, "<", end)
        pages = []
        try:
            for page in self._by_key(where):
                if any(each < (start or each) or (end and each >= end) for each in page.page_keys):
                    msg = f"the server ignores a range of {key}"
                    raise KeysetUnsupported(msg)
                pages.append(page)
        except Cin7Rejected as error:
            if error.status != 400:
                raise
            msg = f"the server refuses a range of {key} ({error})"
            raise KeysetUnsupported(msg) from None
        return pages

    def _by_key(self, where: str | None) -> Iterator[Page]:
        """Yield the first page from each end of the list, then the pages between."""
        for _ in range(LOOKS_AT_ENDS):
            high = KeysetCursor(self._reader, where, "DESC")
            low = KeysetCursor(self._reader, where, "ASC")
            if self._expected:
                with ThreadPoolExecutor(1, thread_name_prefix="cin7-pages") as pool:
                    below = pool.submit(low.first_page)
                    top, bottom = high.first_page(), below.result()
            else:
                top = high.first_page()
                bottom = low.first_page() if top.keys else top
            if not top.keys:
                return
            yield top
            if not bottom.keys:
                return
            yield bottom
            if self._rows_may_tie and any(
                page.page_keys[0] == page.page_keys[-1] for page in (top, bottom)
            ):
                # A page of one key is in order whether the server sorts or not.
                yield from repeat_until_stable(self._reader, where)
                return
            if _agree(bottom, top):
                yield from self._between(low, high)
                return
        msg = f"the server sorts by something else than {self._endpoint.page_key}"
        raise KeysetUnsupported(msg)

    def _between(self, low: "KeysetCursor", high: "KeysetCursor") -> Iterator[Page]:
        """Yield pages from both ends until they meet.

        Two calls are under way at once: a page takes 1.5 s to answer, and the limits allow one a second.
        """
        # A key that both ends have come to may have rows in between, a gap of one between ids has not.
        gap = 0 if self._endpoint.has_tied_rows else 2
        with ThreadPoolExecutor(2, thread_name_prefix="cin7-pages") as pool:
            while not (low.is_done or high.is_done or low.last > high.last - gap):
                # Of a single key both ends would read the same rows.
                ends = [low] if low.last == high.last else [low, high]
                for pages in pool.map(KeysetCursor.next_pages, ends):
                    yield from filter(lambda page: page.keys, pages)


class KeysetCursor:
    """The pages of a list from one end on.

    `last` is the key they have come to; every row beyond it that is there all the time is still to
    come. `is_done` is set when none is.
    """

    def __init__(self, reader: PageReader, where: str | None, direction: Direction) -> None:
        self.last = 0
        self.is_done = False
        self._reader = reader
        self._where = where
        self._direction = direction
        self._sign = 1 if direction == "ASC" else -1

    def first_page(self) -> Page:
        """Return the outermost page.

        Raises:
            KeysetUnsupported: the server does not sort.
        """
        page = self._reader.read(self._where, 1, self._direction)
        self._require_order(page)
        return self._move_to_end_of(page)

    def next_pages(self) -> list[Page]:
        """Return the next page, behind all rows of a key that fills a page; empty at the list's end.

        Raises:
            KeysetUnsupported: the server does not sort, or ignores or refuses where to continue.
        """
        page = self._beyond(inclusive=self._reader.endpoint.has_tied_rows)
        if not page.keys or page.page_keys[-1] != self.last:
            return [self._move_to_end_of(page)]
        same_key = after_key(self._where, self._reader.endpoint.page_key, "=", self.last)
        tie = list(repeat_until_stable(self._reader, same_key))
        return [*tie, self._move_to_end_of(self._beyond(inclusive=False))]

    def _beyond(self, *, inclusive: bool) -> Page:
        key = self._reader.endpoint.page_key
        operator = (">" if self._direction == "ASC" else "<") + ("=" if inclusive else "")
        where = after_key(self._where, key, operator, self.last)
        try:
            page = self._reader.read(where, 1, self._direction)
        except Cin7Rejected as error:
            if error.status != 400:
                raise
            msg = f"the server refuses to continue after a key ({error})"
            raise KeysetUnsupported(msg) from None
        self._require_order(page)
        steps = [(each - self.last) * self._sign for each in page.page_keys[:1]]
        if any(step < (0 if inclusive else 1) for step in steps):
            msg = f"the server ignores where it should continue, at {self.last}"
            raise KeysetUnsupported(msg)
        return page

    def _require_order(self, page: Page) -> None:
        if page.page_keys != sorted(page.page_keys, reverse=self._direction == "DESC"):
            msg = f"the server does not sort by {self._reader.endpoint.page_key}"
            raise KeysetUnsupported(msg)

    def _move_to_end_of(self, page: Page) -> Page:
        if page.keys:
            self.last = page.page_keys[-1]
        else:
            self.is_done = True
        return page


def _agree(bottom: Page, top: Page) -> bool:
    """Return whether the first pages from both ends hold the same rows where they overlap.

    Otherwise the server did not sort by the page key, and rows could hide between the ends: a list that
    is nearly sorted, as by age, can begin in order by chance.
    """
    highest, lowest = bottom.page_keys[-1], top.page_keys[-1]
    return {key for key in bottom.keys if key[0] > lowest} <= set(top.keys) and {
        key for key in top.keys if key[0] < highest
    } <= set(bottom.keys)
