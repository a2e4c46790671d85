"""This module reads one page of a list: its records as Cin7 sent them, their keys and their dates.

It does not decode what else a record holds (`load`) or decide which pages make a whole list (`paging`).
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Raw

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.coercion import NULL, coerced
from cin7_pipeline.omni.endpoint import ColumnType, Endpoint

FULL_PAGE = 250
Id = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Direction = Literal["ASC", "DESC"]
# What an unset part of a key is: stock may be at no branch, and many an item has no size.
UNSET: dict[ColumnType, Any] = {ColumnType.ID: 0, ColumnType.TEXT_NOT_NULL: ""}


@dataclass(frozen=True)
class Page:
    """A page's records, and of each its key and its dates.

    The dates are when it was created and modified; empty where the endpoint has no such fields.
    """

    records: list[Raw]
    keys: list[tuple[Any, ...]]
    dates: list[tuple[datetime | None, ...]]

    @cached_property
    def page_keys(self) -> list[int]:
        """The page key of each record, with which its key begins."""
        return [key[0] for key in self.keys]


class PageReader:
    """Single pages of one endpoint, `rows` at most on each."""

    def __init__(self, client: Cin7Client, endpoint: Endpoint, rows: int = FULL_PAGE) -> None:
        self.endpoint = endpoint
        self.rows = rows
        self._client = client
        dates = [c for c in endpoint.columns if c.field in ("createdDate", "modifiedDate")]
        self._columns = [*endpoint.key_columns, *(dates if len(dates) == 2 else ())]
        types = {ColumnType.ID: Id | None, ColumnType.TIMESTAMP: datetime | None}
        self._fields = [(c.field, types.get(c.type, str | None), None) for c in self._columns]
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("Head", self._fields, gc=False))

    def read(self, where: str | None, number: int = 1, direction: Direction = "ASC") -> Page:
        """Return the page of this number, by the page key in this direction.

        Raises:
            ContractBroken: a record without a usable page key; the message names it.
        """
        params = list_params(self.endpoint, where, self.rows, number, direction)
        return self.page_of(self._client.get(self.endpoint.path, params))

    def page_of(self, records: list[Raw]) -> Page:
        """Return records as a page.

        Raises:
            ContractBroken: a record without a usable page key; the message says which it is.
        """
        width, unset = len(self.endpoint.key), [UNSET.get(c.type) for c in self._columns]
        keys: list[tuple[Any, ...]] = []
        dates: list[tuple[datetime | None, ...]] = []
        for record in records:
            try:
                head = msgspec.structs.astuple(self._decoder.decode(record))
            except msgspec.DecodeError:
                head = self._coerced_head(record)
            key = head[:width]
            if key[0] is None:
                msg = (
                    f"{self.endpoint.path} record {len(keys) + 1} of a page has no usable"
                    f" {self.endpoint.page_key}. Nothing was written; look at it in Cin7 or report this."
                )
                raise ContractBroken(msg)
            if None in key:
                key = tuple(
                    u if part is None else part for part, u in zip(key, unset, strict=False)
                )
            keys.append(key)
            dates.append(head[width:])
        return Page(records, keys, dates)

    def _coerced_head(self, record: Raw) -> tuple[Any, ...]:
        """Return key and dates of a record that is not as declared; what cannot be read stays its text.

        The record is rejected by whoever reads it, so that it only must not be taken for another.
        """
        fields: dict[str, Raw] = {}
        with suppress(msgspec.DecodeError):
            fields = msgspec.json.decode(record, type=dict[str, Raw])
        head: list[Any] = []
        for column, (name, kind, _) in zip(self._columns, self._fields, strict=True):
            value = fields.get(name, NULL)
            try:
                head.append(msgspec.json.decode(coerced(value, column.type), type=kind))
            except msgspec.DecodeError:
                is_page_key_or_date = not head or column.type is ColumnType.TIMESTAMP
                head.append(None if is_page_key_or_date else bytes(value))
        return tuple(head)


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
