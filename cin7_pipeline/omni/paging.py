"""Pages of a list, complete whatever the server does with paging, and records by their ids.

Keyset paging is used because offsets skip rows when others leave the list meanwhile
(`cin7-omni-api.md` §3). How one end of a list is read stands in `list_end`, one page in `page`.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.filters import after_key, ids_where
from cin7_pipeline.omni.keyset import KeysetCursor, KeysetUnsupported
from cin7_pipeline.omni.offset import offset_pages, repeat_until_stable
from cin7_pipeline.omni.page import FULL_PAGE, Page, PageReader, list_params

logger = logging.getLogger(__name__)

URL_LENGTH = 2000
# Somebody may edit a short list between the calls for its two ends, but hardly twice.
LOOKS_AT_ENDS = 2


class Paginator:
    """The pages of one list: iterating yields those that have at least one record.

    Every record that matches `where` during the whole walk is yielded at least once, in any order;
    callers de-duplicate by key. `used_offset_pages` tells, afterwards, that the server could not be
    read by key.

    Raises:
        ContractBroken: a record without a key, or pages that never end.
        Cin7Unavailable: a list that can only be read by page numbers lost rows in every pass.
    """

    def __init__(
        self, client: Cin7Client, endpoint: Endpoint, where: str | None, *, rows: int = FULL_PAGE
    ) -> None:
        self.used_offset_pages = False
        self._endpoint = endpoint
        self._where = where
        self._reader = PageReader(client, endpoint, rows)

    def __iter__(self) -> Iterator[Page]:
        return (page for page in self._pages() if page.keys)

    def _pages(self) -> Iterator[Page]:
        try:
            yield from self._by_key()
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
        yield from repeat_until_stable(
            self._endpoint, lambda: offset_pages(self._reader, self._endpoint, self._where)
        )

    def _by_key(self) -> Iterator[Page]:
        """The two ends of the list, then the pages between them until they meet.

        The upper end comes first because it tells where the list ends. An empty page behind the last
        would cost a call to tell it, and one that is not full tells nothing: Cin7 may leave rows out.
        """
        for _ in range(LOOKS_AT_ENDS):
            low, high = (
                KeysetCursor(self._reader, self._endpoint, self._where, direction)
                for direction in ("ASC", "DESC")
            )
            top = high.first()
            yield top
            if high.is_done:
                return
            bottom = low.first()
            yield bottom
            if _agree(bottom, top):
                yield from self._until_met(low, high)
                return
        msg = f"the server sorts by something else than {self._endpoint.page_key}"
        raise KeysetUnsupported(msg)

    def _until_met(self, low: KeysetCursor, high: KeysetCursor) -> Iterator[Page]:
        """The pages between, two at a time: one alone takes longer to answer than the limits ask for."""
        with ThreadPoolExecutor(1, thread_name_prefix="cin7-pages") as pool:
            while not self._have_met(low, high):
                is_in_one_key = low.last == high.last
                from_above = None if is_in_one_key else pool.submit(high.step)
                yield from low.step()
                if from_above is not None:
                    yield from from_above.result()

    def _have_met(self, low: KeysetCursor, high: KeysetCursor) -> bool:
        """True where nothing lies between the ends; of a key that both came to, rows may."""
        if low.is_done or high.is_done:
            return True
        return low.last > high.last - (0 if self._endpoint.has_tied_rows else 2)


def _agree(bottom: Page, top: Page) -> bool:
    """True where each end holds what the other has of its part: of an unsorted list they hardly do.

    A list that is only nearly sorted, as by age, would otherwise hide rows between the ends.
    """
    if not bottom.keys:
        return True
    highest, lowest = bottom.page_keys[-1], top.page_keys[-1]
    return {key for key in bottom.keys if key[0] > lowest} <= set(top.keys) and {
        key for key in top.keys if key[0] < highest
    } <= set(bottom.keys)


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
    where = after_key(ids_where(endpoint.page_key, ids), endpoint.page_key, ">=", ids[-1])
    return client.url_of(endpoint.path, list_params(endpoint, where, FULL_PAGE))


def _listed(client: Cin7Client, endpoint: Endpoint, ids: list[int]) -> list[bytes] | None:
    """The pages of these ids; None where the server does not filter by them."""
    where = ids_where(endpoint.page_key, ids)
    pages = iter(Paginator(client, endpoint, where))
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
