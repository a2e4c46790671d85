"""Pages of a list, complete whatever the server does with paging, and records by their ids.

Keyset paging (`id > last`) is used because offsets skip rows when others leave the list meanwhile
(`cin7-omni-api.md` §3). How one page is asked for stands in `page`.
"""

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain, count, pairwise
from typing import Any

from cin7_pipeline.api.client import Cin7Client
from cin7_pipeline.api.declaration import Endpoint
from cin7_pipeline.api.page import FULL_PAGE, Page, PageReader, list_params
from cin7_pipeline.api.where import and_after, ids_where
from cin7_pipeline.errors import Cin7Rejected, Cin7Unavailable, ContractBroken

logger = logging.getLogger(__name__)

# A list that loses rows while it is read by page numbers is read again, but not for ever.
PASSES = 6
# Rows that move between pages can fill one page with rows seen before, but hardly three in a row.
STALE_PAGES = 3
URL_LENGTH = 2000


class PageWalk:
    """The pages of one list: iterating yields bodies, each a JSON array of at least one record.

    Every record that matches `where` during the whole walk is yielded at least once; callers
    de-duplicate by key. `used_offset_pages` tells, afterwards, that the server could not be read
    by key.

    Raises:
        ContractBroken: a record without a key, or pages that never end.
        Cin7Unavailable: a list that can only be read by page numbers lost rows in every pass.
    """

    def __init__(
        self, client: Cin7Client, endpoint: Endpoint, where: str | None, *, rows: int = FULL_PAGE
    ) -> None:
        self.used_offset_pages = False
        self._client = client
        self._endpoint = endpoint
        self._where = where
        self._rows = rows
        self._read = PageReader(client, endpoint, rows).read

    def __iter__(self) -> Iterator[bytes]:
        return (page.body for page in self.pages())

    def pages(self) -> Iterator[Page]:
        """The same with the keys of each page; pages without a record are left out."""
        return (page for page in self._pages() if page.keys)

    def _pages(self) -> Iterator[Page]:
        try:
            yield from self._by_key()
        except _NoKeysetError as error:
            reason = str(error)
        else:
            return
        self.used_offset_pages = True
        logger.warning(
            "%s: %s. Reading page by page instead, at least twice over.",
            self._endpoint.path,
            reason,
        )
        yield from self._settled(lambda: self._numbered(self._where), lambda _: True)

    def _by_key(self) -> Iterator[Page]:
        """The end of the list, then pages after the last key until they meet it.

        The end comes first because it tells where the list ends, which else takes an empty page to see,
        and whether the server sorts at all: a list that is in order by chance is not when asked for
        backwards. Rows that tie on one key and fill pages are read by page numbers.
        """
        end = self._read(self._where, 1, "DESC")
        self._require_order(end.page_keys[::-1], None)
        yield end
        page, tied = self._read(self._where, 1) if end.keys else end, self._endpoint.has_tied_rows
        self._require_order(page.page_keys, None)
        yield page
        while page.keys and not self._meets(page, end):
            last = page.page_keys[-1]
            page = self._after(last, inclusive=tied)
            yield page
            if tied and page.keys and page.page_keys[-1] == last:
                is_end = yield from self._tie(page)
                if is_end:
                    return
                page = self._after(last, inclusive=False)
                yield page

    def _meets(self, page: Page, end: Page) -> bool:
        """True where the page reaches into the end; of its lowest key the end may lack tied rows."""
        reached, lowest = page.page_keys[-1], end.page_keys[-1]
        return reached > lowest or (reached == lowest and not self._endpoint.has_tied_rows)

    def _tie(self, first: Page) -> Generator[Page, None, bool]:
        """The other rows of a key that a page ends with and holds nothing beside; True at the end."""
        key = first.page_keys[-1]
        where = and_after(self._where, self._endpoint.page_key, key, inclusive=True)
        if len(first.keys) < self._rows and not self._read(where, 2).keys:
            return True

        def one_pass() -> Iterator[Page]:
            for page in self._numbered(where):
                yield page
                if page.page_keys[-1] != key:
                    return

        yield from self._settled(one_pass, lambda row: row[0] == key)
        return False

    def _settled(
        self, one_pass: Callable[[], Iterator[Page]], counts: Callable[[tuple[Any, ...]], bool]
    ) -> Iterator[Page]:
        """Pages by number, pass after pass, until none of the rows that count left during one.

        Only a row that leaves pulls others over the edge of a page unread. One that left during a pass
        is missed by the next pass: where nothing is, the pass before saw all.
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
            f"{self._endpoint.path}: rows left the list in each of {PASSES} passes over its pages, so"
            " that others may have been missed. Nothing was written; try again when less is changed."
        )
        raise Cin7Unavailable(msg)

    def _numbered(self, where: str | None) -> Iterator[Page]:
        """Pages by number until an empty one."""
        novelty = _Novelty(self._endpoint)
        for number in count(1):
            page = self._read(where, number)
            if not page.keys:
                return
            novelty.require(page)
            yield page

    def _after(self, last: int, *, inclusive: bool) -> Page:
        where = and_after(self._where, self._endpoint.page_key, last, inclusive)
        reason = ""
        try:
            page = self._read(where, 1)
        except Cin7Rejected as error:
            if error.status != 400:
                raise
            reason = f"the server refuses to continue after a key ({error})"
        if reason:
            raise _NoKeysetError(reason)
        self._require_order(page.page_keys, last if inclusive else last + 1)
        return page

    def _require_order(self, keys: list[int], lowest: int | None) -> None:
        if any(a > b for a, b in pairwise(keys)):
            msg = f"the server does not sort by {self._endpoint.page_key}"
            raise _NoKeysetError(msg)
        if lowest is not None and keys and keys[0] < lowest:
            msg = f"the server ignores where it should continue, at {lowest}"
            raise _NoKeysetError(msg)


class _NoKeysetError(Exception):
    """The server cannot be read by key."""


class _Novelty:
    """Stops a walk whose pages bring nothing new any more: it would never end."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._seen: set[tuple[Any, ...]] = set()
        self._stale = 0

    def require(self, page: Page) -> None:
        known = len(self._seen)
        self._seen.update(page.keys)
        self._stale = 0 if len(self._seen) > known else self._stale + 1
        if self._stale >= STALE_PAGES:
            msg = (
                f"{self._endpoint.path}: {STALE_PAGES} pages in a row repeated records already"
                " read, and none was empty: Cin7 ignores `page`. Nothing was written; report this."
            )
            raise ContractBroken(msg)


def read_by_id(
    client: Cin7Client, endpoint: Endpoint, ids: Iterable[int], *, at_once: int = 100
) -> Iterator[bytes]:
    """The records with these ids, as JSON arrays; an id that Cin7 does not know is absent.

    Asks for up to `at_once` ids a call, fewer where the URL would grow too long. Where the server
    ignores such a list, each id is asked for on its own.

    Raises:
        ContractBroken: a record without a key, or an endpoint that can be read neither way.
    """
    parts = _parts(client, endpoint, sorted(set(ids)), at_once)
    for part in parts:
        bodies = _listed(client, endpoint, part)
        if bodies is None:
            yield from _one_by_one(client, endpoint, chain(part, chain.from_iterable(parts)))
        else:
            yield from bodies


def _parts(
    client: Cin7Client, endpoint: Endpoint, ids: list[int], at_once: int
) -> Iterator[list[int]]:
    """The ids, cut so that the URL of each part stays short enough for Cin7."""
    start = 0
    while part := ids[start : start + at_once]:
        while len(part) > 1 and len(_longest_url(client, endpoint, part)) >= URL_LENGTH:
            part.pop()
        yield part
        start += len(part)


def _longest_url(client: Cin7Client, endpoint: Endpoint, ids: list[int]) -> str:
    where = and_after(ids_where(endpoint.page_key, ids), endpoint.page_key, ids[-1], inclusive=True)
    return client.url_of(endpoint.path, list_params(endpoint, where, FULL_PAGE))


def _listed(client: Cin7Client, endpoint: Endpoint, ids: list[int]) -> list[bytes] | None:
    """The pages of these ids; None where the server does not filter by them."""
    where = ids_where(endpoint.page_key, ids)
    pages = PageWalk(client, endpoint, where).pages()
    if not endpoint.has_tied_rows:
        pages = _until_all_came(PageReader(client, endpoint), ids)
    wanted, found = set(ids), []
    for page in pages:
        if not wanted.issuperset(page.page_keys):
            return None
        found.append(page.body)
    # None of them being there is rare enough to ask for one of them in the other way.
    if not found and endpoint.page_key == "id" and _record(client, endpoint, ids[0]) is not None:
        return None
    return found


def _until_all_came(reader: PageReader, ids: list[int]) -> Iterator[Page]:
    """Pages of these ids, asked for until none comes any more: a page may hold fewer rows than asked for."""
    left = ids
    while left and (page := reader.read(ids_where(reader.page_key, left))).keys:
        yield page
        left = [each for each in left if each not in set(page.page_keys)]


def _one_by_one(client: Cin7Client, endpoint: Endpoint, ids: Iterable[int]) -> Iterator[bytes]:
    if endpoint.page_key != "id":
        msg = (
            f"{endpoint.path}: the server ignores a list of {endpoint.page_key}, and these records"
            " cannot be asked for one by one. Read the endpoint whole instead."
        )
        raise ContractBroken(msg)
    logger.warning("%s: the server ignores a list of ids. Reading them one by one.", endpoint.path)
    for record_id in ids:
        body = _record(client, endpoint, record_id)
        if body is not None:
            yield b"[" + body + b"]"


def _record(client: Cin7Client, endpoint: Endpoint, record_id: int) -> bytes | None:
    return client.get_one(f"{endpoint.path}/{record_id}", {"fields": endpoint.fields})
