"""Pages of a list, complete whatever the server does with paging, and records by their ids.

Keyset paging (`id > last`) is used because offsets skip rows that are edited meanwhile
(`cin7-omni-api.md` §3). What a page holds is decoded in `load`; here only its keys are looked at.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, count, pairwise
from typing import Any

import msgspec

from cin7_pipeline.api.client import Cin7Client
from cin7_pipeline.api.declaration import Endpoint
from cin7_pipeline.api.where import and_after, ids_where
from cin7_pipeline.errors import Cin7Rejected, ContractBroken

logger = logging.getLogger(__name__)

FULL_PAGE = 250
OFFSET_PASSES = 2
# Rows that move between pages can fill one page with rows seen before, but hardly three in a row.
STALE_PAGES = 3
URL_LENGTH = 2000


@dataclass(frozen=True)
class Page:
    """A page's body, its page keys, and the whole key of each row."""

    body: bytes
    page_keys: list[int]
    keys: list[tuple[Any, ...]]


class PageWalk:
    """The pages of one list: iterating yields bodies, each a JSON array of at least one record.

    Every record that matches `where` during the whole walk is yielded at least once; callers
    de-duplicate by key. `used_offset_pages` tells, afterwards, that the server could not be read
    by key.

    Raises:
        ContractBroken: a record without a key, or pages that never end.
    """

    def __init__(
        self, client: Cin7Client, endpoint: Endpoint, where: str | None, *, rows: int = FULL_PAGE
    ) -> None:
        self.used_offset_pages = False
        self._client = client
        self._endpoint = endpoint
        self._where = where
        self._rows = rows
        self._key_rows = _key_rows(endpoint)

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._by_key()
        except _NoKeysetError as error:
            reason = str(error)
        else:
            return
        self.used_offset_pages = True
        logger.warning(
            "%s: %s. Reading page by page instead, %d times over.",
            self._endpoint.path,
            reason,
            OFFSET_PASSES,
        )
        for _ in range(OFFSET_PASSES):
            yield from self._by_offset()

    def _by_key(self) -> Iterator[bytes]:
        """Pages after the last key; rows that tie on it are paged within one predicate."""
        last: int | None = None
        number, novelty = 1, _Novelty(self._endpoint)
        while (page := self._page_after(last, number)).keys:
            self._require_order(page, last)
            novelty.require(page)
            yield page.body
            greatest = page.page_keys[-1]
            if greatest == last:
                number += 1
            else:
                last, number, novelty = greatest, 1, _Novelty(self._endpoint)

    def _by_offset(self) -> Iterator[bytes]:
        """Pages by number until an empty one."""
        novelty = _Novelty(self._endpoint)
        for number in count(1):
            page = self._read(self._where, number)
            if not page.keys:
                return
            novelty.require(page)
            yield page.body

    def _page_after(self, last: int | None, number: int) -> Page:
        if last is None:
            return self._read(self._where, number)
        tied = self._endpoint.has_tied_rows
        try:
            return self._read(and_after(self._where, self._endpoint.page_key, last, tied), number)
        except Cin7Rejected as error:
            if error.status != 400:
                raise
            reason = f"the server refuses to continue after a key ({error})"
        raise _NoKeysetError(reason)

    def _read(self, where: str | None, number: int) -> Page:
        body = self._client.get(
            self._endpoint.path, list_params(self._endpoint, where, self._rows, number)
        )
        return _page(self._endpoint, self._key_rows, body)

    def _require_order(self, page: Page, last: int | None) -> None:
        keys = page.page_keys
        if any(a > b for a, b in pairwise(keys)):
            msg = f"the server does not sort by {self._endpoint.page_key}"
            raise _NoKeysetError(msg)
        if last is not None and keys[0] < last + (not self._endpoint.has_tied_rows):
            msg = f"the server ignores where it should continue after {last}"
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


def list_params(
    endpoint: Endpoint, where: str | None, rows: int, number: int = 1
) -> dict[str, str | int]:
    """The parameters that ask for one page of `endpoint`, in the order of its page key."""
    params: dict[str, str | int] = {
        "fields": endpoint.fields,
        "order": f"{endpoint.page_key} ASC",
        "rows": rows,
        "page": number,
    }
    return params if where is None else {**params, "where": where}


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
    bodies: Iterable[bytes]
    if endpoint.has_tied_rows:
        bodies = PageWalk(client, endpoint, where)
    else:
        bodies = [client.get(endpoint.path, list_params(endpoint, where, FULL_PAGE))]
    key_rows, wanted, found = _key_rows(endpoint), set(ids), []
    for body in bodies:
        page = _page(endpoint, key_rows, body)
        if not wanted.issuperset(page.page_keys):
            return None
        if page.keys:
            found.append(body)
    # None of them being there is rare enough to ask for one of them in the other way.
    if not found and endpoint.page_key == "id" and _record(client, endpoint, ids[0]) is not None:
        return None
    return found


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


def _key_rows(endpoint: Endpoint) -> Any:
    """The type of a page for which only the keys of its records are decoded."""
    others = [
        column.field
        for column in endpoint.columns
        if column.name in endpoint.key and column.field != endpoint.page_key
    ]
    optional = [(name, int | float | str | None, None) for name in others]
    return list[msgspec.defstruct("KeyRow", [(endpoint.page_key, int), *optional])]  # type: ignore[misc]


def _page(endpoint: Endpoint, key_rows: Any, body: bytes) -> Page:
    fault = ""
    try:
        keys = [msgspec.structs.astuple(row) for row in msgspec.json.decode(body, type=key_rows)]
    except msgspec.ValidationError as error:
        fault = str(error)
    if not fault:
        return Page(body, [key[0] for key in keys], keys)
    msg = (
        f"{endpoint.path}: a record has no usable {endpoint.page_key}: {fault} ($[n] is the n-th"
        " record of the page, from 0). Nothing was written; look at it in Cin7 or report this."
    )
    raise ContractBroken(msg)
