"""This module holds what can be made to go wrong in the sandbox: all off at first, switched at any time.

Every fault was reported of the real API, or its documentation leaves it open. How a failure is sent
is in `responses`.
"""

import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args

from cin7_pipeline.sandbox.server.where import Record

ID_FIELDS = frozenset({"id", "productoptionid"})
RetryAfter = Literal["absent", "zero", "small", "hours", "http_date", "nonsense"]


class Failure(StrEnum):
    """One call answered badly."""

    TOO_MANY_REQUESTS = "429"
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    BAD_GATEWAY = "502 with an HTML page"
    HTML_PAGE = "200 with an HTML page"
    OBJECT_BODY = "200 with an object where a list should be"
    EMPTY_BODY = "200 with nothing in it"
    MALFORMED_BODY = "200 with a list that is no JSON"
    CUT_BODY = "200, closed in the middle of the body"
    DROPPED_CONNECTION = "closed before any answer"
    STALLED = "the right answer, after stall_seconds"


@dataclass
class Faults:
    """The switches. Change them at any time; the next call sees it.

    `retry_after` is the form of the header on every 429: `small` is `retry_after_seconds`, `any` is
    another one each time. `refused` are resources that are answered 403. `leaves_out` tells by resource,
    `where` and record what lists do not hold although the record is there. `alters` says by resource and
    record what it is sent as. `failure_chance` is the share
    of calls that fail in one of the ways of `failures`, as `rng` decides; `taken` counts the failures so
    far.
    """

    latency_seconds: float = 0.0
    stall_seconds: float = 5.0
    retry_after: RetryAfter | Literal["any"] = "absent"
    retry_after_seconds: int = 1
    error_body: Literal["string", "object", "html", "empty"] = "string"
    duplicate_rows_across_pages: bool = False
    ids_filter: Literal["honoured", "dropped_when_combined", "ignored"] = "honoured"
    ignored_parameters: set[str] = field(default_factory=set)
    default_direction: Literal["ASC", "DESC"] = "DESC"
    extra_fields: dict[str, Any] = field(default_factory=dict)
    visibility_lag_seconds: float = 0.0
    edit_while_reading: Callable[[str, int], object] | None = None
    refused: frozenset[str] = frozenset()
    leaves_out: Callable[[str, str, Record], bool] | None = None
    alters: Callable[[str, Record], Record] | None = None
    planned: list[tuple[Failure, str | None]] = field(default_factory=list)
    failure_chance: float = 0.0
    failures: tuple[Failure, ...] = tuple(Failure)
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    taken: Counter[str] = field(default_factory=Counter)

    def fail_next(self, failure: Failure, times: int = 1, resource: str | None = None) -> None:
        """Answer the next `times` calls (of that resource only, if named) with this failure."""
        self.planned.extend([(failure, resource)] * times)

    def take(self, resource: str) -> Failure | None:
        """Return and use up the failure planned for a call of this resource, or one by chance."""
        failure = None
        fitting = [
            each for each in self.planned if (each[1] or resource).lower() == resource.lower()
        ]
        if fitting:
            self.planned.remove(fitting[0])
            failure = fitting[0][0]
        elif self.failure_chance and self.rng.random() < self.failure_chance:
            failure = self.rng.choice(self.failures)
        if failure is not None:
            self.taken[failure] += 1
        return failure

    def retry_after_form(self) -> RetryAfter:
        """Return the form of the next 429's header."""
        forms = get_args(RetryAfter) if self.retry_after == "any" else (self.retry_after,)
        form: RetryAfter = self.rng.choice(forms)
        self.taken[f"Retry-After {form}"] += 1
        return form

    def switch_off(self) -> None:
        """Set every switch to what it is at first."""
        vars(self).update(vars(Faults()))

    def lost_fields(self, names: Collection[str]) -> Collection[str]:
        """Return the fields that a condition over these names (in lower case) is not filtered by."""
        is_alone = ID_FIELDS.issuperset(names)
        is_read = self.ids_filter == "dropped_when_combined" and is_alone
        return () if is_read or self.ids_filter == "honoured" else ID_FIELDS

    def altered(self, resource: str, records: list[Record]) -> list[Record]:
        """Return what the records are sent as."""
        alters = self.alters
        return [alters(resource, record) for record in records] if alters else records

    def add_extra_fields(self, records: list[Record]) -> list[Record]:
        """Return the records with the fields that no documentation knows."""
        return [record | self.extra_fields for record in records] if self.extra_fields else records
