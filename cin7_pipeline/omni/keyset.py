"""One end of a sorted list, read by pages towards the other: `id > last` from below, `id < last` from above.

Rows that leave the list meanwhile pull none over the edge of such pages (`cin7-omni-api.md` §3). When the
two ends have met is decided in `pages`.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

from cin7_pipeline.errors import Cin7Rejected
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.filters import after_key
from cin7_pipeline.omni.offset import offset_pages, repeat_until_stable
from cin7_pipeline.omni.page import Page, PageReader

Direction = Literal["ASC", "DESC"]


class KeysetUnsupported(Exception):
    """The server cannot be read by key; the text says how that showed."""


class KeysetCursor:
    """The pages from one end on; `last` is the key they have come to, `is_done` that none lies beyond.

    Every row that is there all the time and whose key was passed is in a page.

    Raises:
        KeysetUnsupported: the server does not sort, or ignores or refuses where it should continue.
    """

    def __init__(
        self, reader: PageReader, endpoint: Endpoint, where: str | None, direction: Direction
    ) -> None:
        self.direction: Direction = direction
        self.last = 0
        self.is_done = False
        self._reader = reader
        self._endpoint = endpoint
        self._where = where

    def first(self) -> Page:
        """The outermost page."""
        page = self._reader.read(self._where, 1, self.direction)
        self._require_order(page)
        self._move_to(page)
        return page

    def step(self) -> list[Page]:
        """The next page, with all rows of its last key where they fill it; the last page is empty."""
        tied = self._endpoint.has_tied_rows
        pages = [self._beyond(inclusive=tied)]
        if tied and pages[0].keys and pages[0].page_keys[-1] == self.last:
            pages += self._tie(pages[0])
            if self.is_done:
                return pages
            pages.append(self._beyond(inclusive=False))
        self._move_to(pages[-1])
        return pages

    def _move_to(self, page: Page) -> None:
        if page.keys:
            self.last = page.page_keys[-1]
        else:
            self.is_done = True

    def _tie(self, first: Page) -> list[Page]:
        """The other rows of a key that a page ends with and holds nothing beside."""
        where = self._where_beyond(inclusive=True)
        if (
            len(first.keys) < self._reader.rows
            and not self._reader.read(where, 2, self.direction).keys
        ):
            self.is_done = True
            return []

        def one_pass() -> Iterator[Page]:
            for page in offset_pages(self._reader, self._endpoint, where, self.direction):
                yield page
                if page.page_keys[-1] != self.last:
                    return

        return list(repeat_until_stable(self._endpoint, one_pass, lambda row: row[0] == self.last))

    def _where_beyond(self, *, inclusive: bool) -> str:
        operator = (">" if self.direction == "ASC" else "<") + ("=" if inclusive else "")
        return after_key(self._where, self._endpoint.page_key, operator, self.last)

    def _beyond(self, *, inclusive: bool) -> Page:
        reason = ""
        try:
            page = self._reader.read(self._where_beyond(inclusive=inclusive), 1, self.direction)
        except Cin7Rejected as error:
            if error.status != 400:
                raise
            reason = f"the server refuses to continue after a key ({error})"
        if reason:
            raise KeysetUnsupported(reason)
        self._require_order(page)
        self._require_start(page, inclusive=inclusive)
        return page

    def _require_order(self, page: Page) -> None:
        steps = self._steps(page.page_keys)
        if any(a > b for a, b in pairwise(steps)):
            msg = f"the server does not sort by {self._endpoint.page_key}"
            raise KeysetUnsupported(msg)

    def _require_start(self, page: Page, *, inclusive: bool) -> None:
        keys = page.page_keys
        if not keys:
            return
        start, last = self._steps([keys[0], self.last])
        if start < last or (start == last and not inclusive):
            msg = f"the server ignores where it should continue, at {self.last}"
            raise KeysetUnsupported(msg)

    def _steps(self, keys: list[int]) -> list[int]:
        """Keys as they rise on the way from this end."""
        return keys if self.direction == "ASC" else [-key for key in keys]
