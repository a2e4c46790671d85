"""This module reads one page of a list and the keys of the records on it.

It does not decode what else a record holds (`load`) or decide which pages make a whole list (`paging`).
"""

import contextlib
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint

FULL_PAGE = 250
Id = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Direction = Literal["ASC", "DESC"]


@dataclass(frozen=True)
class Page:
    """A page's body, its page keys, and the whole key of each row (the page key comes first)."""

    body: bytes
    page_keys: list[int]
    keys: list[tuple[Any, ...]]


class PageReader:
    """Single pages of one endpoint, `rows` at most on each."""

    def __init__(self, client: Cin7Client, endpoint: Endpoint, rows: int = FULL_PAGE) -> None:
        self.endpoint = endpoint
        self.rows = rows
        self._client = client
        others = [
            column.field
            for column in endpoint.columns
            if column.name in endpoint.key and column.field != endpoint.page_key
        ]
        optional = [(name, int | float | str | None, None) for name in others]
        row: Any = msgspec.defstruct("KeyRow", [(endpoint.page_key, Id), *optional])
        self._decoder = msgspec.json.Decoder(list[row])

    def read(self, where: str | None, number: int = 1, direction: Direction = "ASC") -> Page:
        """Return the page of this number, by the page key in this direction.

        Raises:
            ContractBroken: a record without a usable key; the message names it.
        """
        params = list_params(self.endpoint, where, self.rows, number, direction)
        body = self._client.get(self.endpoint.path, params)
        keys, fault = [], None
        try:
            keys = [msgspec.structs.astuple(row) for row in self._decoder.decode(body)]
        except msgspec.DecodeError as error:
            fault = str(error)
        if fault is not None:
            msg = (
                f"{self.endpoint.path} record {self.endpoint.page_key}={self._shown_key(body, fault)}"
                f" has no usable key: {fault} (counted from 0). Nothing was written; look at it in"
                " Cin7 or report this."
            )
            raise ContractBroken(msg)
        return Page(body, [key[0] for key in keys], keys)

    def _shown_key(self, body: bytes, fault: str) -> str:
        """Return the key of the record at fault if it is a number; a text there could be anything."""
        place = re.search(r"\$\[(\d+)\]", fault)
        record = msgspec.json.decode(body, type=list[msgspec.Raw])[int(place[1]) if place else 0]
        with contextlib.suppress(msgspec.DecodeError, KeyError):
            fields = msgspec.json.decode(record, type=dict[str, msgspec.Raw])
            key = bytes(fields[self.endpoint.page_key])
            return key.decode() if re.fullmatch(rb"[-+.0-9eE]{1,40}", key) else "?"
        return "?"


def list_params(
    endpoint: Endpoint,
    where: str | None,
    rows: int,
    number: int = 1,
    direction: Direction = "ASC",
) -> dict[str, str | int]:
    """Return the parameters that ask for one page of `endpoint`, in the order of its page key."""
    params: dict[str, str | int] = {
        "fields": endpoint.fields,
        "order": f"{endpoint.page_key} {direction}",
        "rows": rows,
        "page": number,
    }
    return params if where is None else {**params, "where": where}
