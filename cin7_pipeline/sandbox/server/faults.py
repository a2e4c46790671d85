"""What can be made to go wrong in the sandbox: all off at first, switched while it runs.

Only the switches and what they do to records and conditions; how a failure looks on the wire is
told in `answers`. Every fault here was reported of the real API, or its documents leave it open.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args

from cin7_pipeline.sandbox.server.matching import Record
from cin7_pipeline.sandbox.server.query import (
    Comparison,
    Condition,
    comparisons,
    remove_comparisons,
)

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
    another one each time. `failure_chance` is the share of calls that fail in one of the ways of
    `failures`, as `rng` decides; `taken` counts what was done so far. Names in `dropped_fields` and
    `null_fields` are camelCase; `lineItems.qty` reaches into lines.
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
    extra_fields_every: int = 1
    dropped_fields: set[str] = field(default_factory=set)
    null_fields: set[str] = field(default_factory=set)
    wrong_values: dict[int, dict[str, Any]] = field(default_factory=dict)
    visibility_lag_seconds: float = 0.0
    edit_while_reading: Callable[[str, int], object] | None = None
    planned: list[tuple[Failure, str | None]] = field(default_factory=list)
    failure_chance: float = 0.0
    failures: tuple[Failure, ...] = tuple(Failure)
    rng: random.Random = field(default_factory=lambda: random.Random(0))
    taken: Counter[str] = field(default_factory=Counter)

    def fail_next(self, failure: Failure, times: int = 1, resource: str | None = None) -> None:
        """Answer the next `times` calls (of that resource only, if named) with this failure."""
        self.planned.extend([(failure, resource)] * times)

    def take(self, resource: str) -> Failure | None:
        """The failure planned for a call of this resource, which is used up by this, or one by chance."""
        failure = self._planned(resource)
        if failure is None and self.failure_chance and self.rng.random() < self.failure_chance:
            failure = self.rng.choice(self.failures)
        if failure is not None:
            self.taken[failure] += 1
        return failure

    def _planned(self, resource: str) -> Failure | None:
        for place, (failure, wanted) in enumerate(self.planned):
            if wanted is None or wanted.lower() == resource.lower():
                del self.planned[place]
                return failure
        return None

    def retry_after_form(self) -> RetryAfter:
        """The form that the next 429's header has."""
        forms = get_args(RetryAfter) if self.retry_after == "any" else (self.retry_after,)
        form: RetryAfter = self.rng.choice(forms)
        self.taken[f"Retry-After {form}"] += 1
        return form

    def switch_off(self) -> None:
        """Set every switch to what it is at first."""
        vars(self).update(vars(Faults()))

    def filter_ids(self, condition: Condition | None) -> Condition | None:
        """The condition as a server would read it that loses comparisons of ids."""
        if condition is None or self.ids_filter == "honoured":
            return condition
        is_alone = all(_is_of_id(comparison) for comparison in comparisons(condition))
        if is_alone and self.ids_filter == "dropped_when_combined":
            return condition
        return remove_comparisons(condition, _is_of_id)

    def damage(self, records: list[Record]) -> list[Record]:
        """Copies of the records with the wrong, the null and the dropped values in them."""
        if not (self.wrong_values or self.null_fields or self.dropped_fields):
            return records
        return [self._damage_one(record) for record in records]

    def _damage_one(self, record: Record) -> Record:
        record_id: int = record.get("id") or record.get("productOptionId", 0)
        record = record | self.wrong_values.get(record_id, {})
        for path in self.null_fields:
            record = _without(record, path.split("."), keep_as_null=True)
        for path in self.dropped_fields:
            record = _without(record, path.split("."), keep_as_null=False)
        return record

    def add_extra_fields(self, records: list[Record]) -> list[Record]:
        """Every `extra_fields_every`-th record with the fields that no document knows."""
        if not self.extra_fields:
            return records
        every = self.extra_fields_every
        return [
            record if number % every else record | self.extra_fields
            for number, record in enumerate(records, start=1)
        ]


def _is_of_id(comparison: Comparison) -> bool:
    return comparison.field.lower() in ID_FIELDS


def _without(value: Any, path: list[str], *, keep_as_null: bool) -> Any:
    if isinstance(value, list):
        return [_without(item, path, keep_as_null=keep_as_null) for item in value]
    name, *inner = path
    if not isinstance(value, dict) or name not in value:
        return value
    if inner:
        return value | {name: _without(value[name], inner, keep_as_null=keep_as_null)}
    if keep_as_null:
        return value | {name: None}
    return {key: kept for key, kept in value.items() if key != name}
