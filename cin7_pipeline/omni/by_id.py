"""This module reads records by their ids: in lists that fit into a URL, or one by one."""

import logging
from collections.abc import Iterable, Iterator

from msgspec import Raw

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.filters import after_key, ids_where
from cin7_pipeline.omni.page import FULL_PAGE, Page, PageReader, list_params
from cin7_pipeline.omni.paging import Paginator

logger = logging.getLogger(__name__)

URL_LENGTH = 2000


class ListOfIdsIgnored(ContractBroken):
    """The server does not filter by a list of keys, and the records have no address of their own."""


def read_by_id(
    client: Cin7Client, endpoint: Endpoint, ids: Iterable[int], *, at_once: int = 100
) -> Iterator[Page]:
    """Yield the records with these ids, page by page; an id that Cin7 does not know is absent.

    Asks for up to `at_once` ids a call, fewer where the URL would grow too long. Where the server
    ignores such a list, each id is asked for on its own.

    Raises:
        ContractBroken: a record without a key.
        ListOfIdsIgnored: the endpoint can be read neither way.
    """
    left = sorted(set(ids))
    while left:
        part = _fitting(client, endpoint, left[:at_once])
        pages = _listed(client, endpoint, part)
        if pages is None:
            break
        yield from pages
        left = left[len(part) :]
    if not left:
        return
    if endpoint.page_key != "id":
        msg = (
            f"{endpoint.path}: the server ignores a list of {endpoint.page_key}, and these records"
            " cannot be asked for one by one. Read the endpoint whole instead."
        )
        raise ListOfIdsIgnored(msg)
    logger.warning("%s: the server ignores a list of ids. Reading them one by one.", endpoint.path)
    yield from read_one_by_one(client, endpoint, left)


def read_one_by_one(client: Cin7Client, endpoint: Endpoint, ids: Iterable[int]) -> Iterator[Page]:
    """Yield the record at each id's own address, as a page; what Cin7 does not have is absent."""
    reader = PageReader(client, endpoint)
    for record_id in sorted(ids):
        record = _record(client, endpoint, record_id)
        if record is not None:
            yield reader.page_of([record])


def _fitting(client: Cin7Client, endpoint: Endpoint, ids: list[int]) -> list[int]:
    """Return the first of the ids, as many as leave the URL short enough for Cin7."""
    while len(ids) > 1:
        where = after_key(ids_where(endpoint.page_key, ids), endpoint.page_key, ">=", ids[-1])
        if len(client.url_of(endpoint.path, list_params(endpoint, where, FULL_PAGE))) < URL_LENGTH:
            break
        ids = ids[:-1]
    return ids


def _listed(client: Cin7Client, endpoint: Endpoint, ids: list[int]) -> list[Page] | None:
    """Return the pages of these ids; None where the server does not filter by them."""
    pages: Iterable[Page] = Paginator(client, endpoint, ids_where(endpoint.page_key, ids))
    if not endpoint.has_tied_rows:
        pages = _until_all_came(PageReader(client, endpoint), ids)
    found = []
    for page in pages:
        if not set(page.page_keys) <= set(ids):
            return None
        found.append(page)
    # That none of them exists is rare, so one of them is asked for in the other way.
    if not found and endpoint.page_key == "id" and _record(client, endpoint, ids[0]) is not None:
        return None
    return found


def _until_all_came(reader: PageReader, ids: list[int]) -> Iterator[Page]:
    """Yield pages of these ids until none comes any more: a page may hold fewer rows than asked for."""
    left = ids
    while left and (page := reader.read(ids_where(reader.endpoint.page_key, left))).keys:
        yield page
        left = sorted(set(left).difference(page.page_keys))


def _record(client: Cin7Client, endpoint: Endpoint, record_id: int) -> Raw | None:
    return client.get_one(f"{endpoint.path}/{record_id}", {"fields": endpoint.fields})
