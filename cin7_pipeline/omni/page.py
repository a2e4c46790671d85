"""One page of a list: how it is asked for, and the keys of the records on it.

What else a record holds is decoded in `load`. Which pages make a whole list is decided in `pages`.
"""

import contextlib
import re
from dataclasses import dataclass
from typing import Annotated, Any

import msgspec

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint

FULL_PAGE = 250
Id = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


@dataclass(frozen=True)
class Page:
    """A page's body, its page keys, and the whole key of each row (the page key comes first)."""

    body: bytes
    page_keys: list[int]
    keys: list[tuple[Any, ...]]


class PageReader:
    """Reads single pages of one list.

    Raises:
        ContractBroken: a record without a usable key; the message names it.
    """

    def __init__(self, client: Cin7Client, endpoint: Endpoint, rows: int = FULL_PAGE) -> None:
        self.page_key = endpoint.page_key
        self._client = client
        self._endpoint = endpoint
        self.rows = rows
        self._row_type = _key_row(endpoint)
        self._decoder = msgspec.json.Decoder(list[self._row_type])  # type: ignore[name-defined]

    def read(self, where: str | None, number: int = 1, direction: str = "ASC") -> Page:
        """The page of this number, by the page key in this direction."""
        params = list_params(self._endpoint, where, self.rows, number, direction)
        return self._page(self._client.get(self._endpoint.path, params))

    def _page(self, body: bytes) -> Page:
        keys: list[tuple[Any, ...]] | None = None
        with contextlib.suppress(msgspec.DecodeError):
            keys = [msgspec.structs.astuple(row) for row in self._decoder.decode(body)]
        if keys is None:
            raise ContractBroken(self._fault(body))
        return Page(body, [key[0] for key in keys], keys)

    def _fault(self, body: bytes) -> str:
        """What is wrong with the first record whose key cannot be read."""
        page_key, place, reason = self._endpoint.page_key, 0, "no reason given"
        record = msgspec.Raw(b"null")
        for place, record in enumerate(msgspec.json.decode(body, type=list[msgspec.Raw])):  # noqa: B007
            try:
                msgspec.json.decode(record, type=self._row_type)
            except msgspec.DecodeError as error:
                reason = str(error)
                break
        return (
            f"{self._endpoint.path} record {page_key}={_shown_key(record, page_key)} has no usable key:"
            f" {reason} ($[{place}], counted from 0). Nothing was written; look at it in Cin7 or"
            " report this."
        )


def list_params(
    endpoint: Endpoint, where: str | None, rows: int, number: int = 1, direction: str = "ASC"
) -> dict[str, str | int]:
    """The parameters that ask for one page of `endpoint`, in the order of its page key."""
    params: dict[str, str | int] = {
        "fields": endpoint.fields,
        "order": f"{endpoint.page_key} {direction}",
        "rows": rows,
        "page": number,
    }
    return params if where is None else {**params, "where": where}


def _key_row(endpoint: Endpoint) -> Any:
    """The type of a record of which only the key is decoded."""
    others = [
        column.field
        for column in endpoint.columns
        if column.name in endpoint.key and column.field != endpoint.page_key
    ]
    optional = [(name, int | float | str | None, None) for name in others]
    return msgspec.defstruct("KeyRow", [(endpoint.page_key, Id), *optional])


def _shown_key(record: msgspec.Raw, page_key: str) -> str:
    """The record's key if it is a number; a text in its place could be anything."""
    try:
        key = bytes(msgspec.json.decode(record, type=dict[str, msgspec.Raw])[page_key])
    except (msgspec.DecodeError, KeyError):
        return "?"
    return key.decode() if re.fullmatch(rb"[-+.0-9eE]{1,40}", key) else "?"
