"""From a page of JSON to typed rows: what is held already is passed over, the rest is checked whole.

What belongs here: which records a page holds, in which version. Not here: how their fields are read
(`parse.py`), how they become tables (`batch.py`), which ones to ask for (`read.py`).
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

import msgspec

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.load.batch import Batch, BatchMaker, RecordVersion, refusal
from cin7_pipeline.load.columns import Columns
from cin7_pipeline.load.parse import InvalidRecord, Parser
from cin7_pipeline.load.state import Key
from cin7_pipeline.omni.endpoint import Column, ColumnType, Endpoint
from cin7_pipeline.omni.page import Id

DATES = ("createdDate", "modifiedDate")
# Changed records that are parsed together, so that Arrow has enough to do at a time.
FULL_BATCH = 1000


@dataclass
class Decoder:
    """Decodes the pages of one endpoint.

    `held` are the hashes of the versions that need no second look. `salt` goes into every hash, so
    that nobody can look up what was hashed.
    """

    endpoint: Endpoint
    salt: bytes = field(repr=False)
    held: Mapping[Key, str | None] = field(default_factory=dict, repr=False)

    def batches(self, bodies: Iterable[bytes]) -> Iterator[Batch]:
        """The records of pages, many changed ones at a time: to parse few costs as much as many.

        Raises:
            ContractBroken: a declared field holds another type; the message names the record's id.
        """
        versions: list[RecordVersion] = []
        fresh: list[tuple[RecordVersion, bytes]] = []
        for body in bodies:
            for version, raw in self._records(body):
                versions.append(version)
                if self.held.get(version.key) != version.row_hash:
                    fresh.append((version, bytes(raw)))  # a copy, or the page stays in memory
            if len(fresh) >= FULL_BATCH:
                yield self._batch(versions, fresh)
                versions, fresh = [], []
        yield self._batch(versions, fresh)

    def _records(self, body: bytes) -> Iterator[tuple[RecordVersion, msgspec.Raw]]:
        raws = msgspec.json.decode(body, type=list[msgspec.Raw])
        return zip(map(self._version, self._envelopes(body, raws), raws), raws, strict=True)

    def _batch(
        self, versions: Sequence[RecordVersion], fresh: Sequence[tuple[RecordVersion, bytes]]
    ) -> Batch:
        changed = [version for version, _ in fresh]
        try:
            parsed = self._parser.parsed([raw for _, raw in fresh])
        except InvalidRecord as error:
            name = changed[error.place].key[0]
            raise refusal(self.endpoint, name, str(error)) from None
        return self._maker.batch(versions, changed, parsed)

    @property
    def unknown_fields(self) -> set[str]:
        """The fields that came and that nobody declared."""
        return self._parser.unknown_fields

    @cached_property
    def _parser(self) -> Parser:
        return Parser(self.endpoint)

    @cached_property
    def _maker(self) -> BatchMaker:
        return BatchMaker(self.endpoint, Columns(self.salt, self.endpoint.custom_fields))

    def _version(self, envelope: Any, raw: msgspec.Raw) -> RecordVersion:
        key = self._key_of(envelope)
        row_hash = hashlib.blake2b(raw, digest_size=8, key=self.salt, person=self._kept).hexdigest()
        if not self._has_dates:
            return RecordVersion(key, row_hash, None, None)
        try:
            created, modified = _in_utc(envelope.createdDate), _in_utc(envelope.modifiedDate)
        except OverflowError as error:
            raise refusal(self.endpoint, key[0], f"createdDate or modifiedDate: {error}") from None
        return RecordVersion(key, row_hash, created, modified)

    @cached_property
    def _has_dates(self) -> bool:
        return set(DATES) <= {column.field for column in self.endpoint.columns}

    @cached_property
    def _key_of(self) -> Callable[[Any], Key]:
        fields = [column.field for column in self.endpoint.key_columns]
        if len(fields) == 1:
            return lambda row: (getattr(row, fields[0]),)
        of = attrgetter(*fields)
        return lambda row: tuple("" if part is None else part for part in of(row))

    @cached_property
    def _kept(self) -> bytes:
        """What is kept of a record: where that changes, every version is a new one."""
        kept = repr((self.endpoint.columns, self.endpoint.lines, self.endpoint.custom_fields))
        return hashlib.blake2b(kept.encode(), digest_size=16).digest()

    def _envelopes(self, body: bytes, raws: Sequence[msgspec.Raw]) -> list[Any]:
        """Only what tells records and their versions apart."""
        try:
            return self._envelope.decode(body)
        except msgspec.DecodeError as error:
            reason = str(error)
        raise self._fault(raws, reason)

    @cached_property
    def _envelope(self) -> msgspec.json.Decoder[list[Any]]:
        dates = [column for column in self.endpoint.columns if column.field in DATES]
        fields = [*map(_key_field, self.endpoint.key_columns), *map(_date_field, dates)]
        envelope = msgspec.defstruct("Envelope", sorted(fields, key=len), gc=False)
        return msgspec.json.Decoder(list[envelope])  # type: ignore[valid-type]

    def _fault(self, raws: Sequence[msgspec.Raw], reason: str) -> ContractBroken:
        """The record at fault, by its id where it has one."""
        for raw in raws:
            try:
                self._envelope.decode(b"[" + bytes(raw) + b"]")
            except msgspec.DecodeError as error:
                return refusal(self.endpoint, self._name(raw), str(error))
        return refusal(self.endpoint, None, reason)

    def _name(self, raw: msgspec.Raw) -> str | None:
        """The record's key as it was sent, whatever else is wrong with it."""
        key = msgspec.defstruct("Key", [(self.endpoint.page_key, msgspec.Raw, msgspec.Raw())])
        with suppress(msgspec.ValidationError):
            found = msgspec.json.decode(raw, type=key)
            return bytes(getattr(found, self.endpoint.page_key)).decode() or None
        return None


def _key_field(column: Column) -> tuple[Any, ...]:
    is_id = column.type is ColumnType.ID
    return (column.field, Id) if is_id else (column.field, str | None, None)


def _date_field(column: Column) -> tuple[Any, ...]:
    return column.field, datetime | None, None


def _in_utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC; .NET's year 1 stands for "not set"."""
    if moment is None or moment.year <= 1:
        return None
    if moment.tzinfo is UTC:
        return moment
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
