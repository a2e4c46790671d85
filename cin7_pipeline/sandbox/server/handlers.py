"""What a permitted GET returns: one record, or a page of a list.

Everything about the call itself (key, permission, limits, planned failures) was settled in `app`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from cin7_pipeline.sandbox.server.faults import Faults
from cin7_pipeline.sandbox.server.listing import Account, Listing, Listings, cut
from cin7_pipeline.sandbox.server.matching import Record
from cin7_pipeline.sandbox.server.parameters import (
    Page,
    parse_fields,
    parse_order,
    parse_page,
    project,
)
from cin7_pipeline.sandbox.server.query import (
    Combination,
    Comparison,
    Condition,
    Literal,
    LiteralKind,
    parse_where,
)
from cin7_pipeline.sandbox.server.responses import Refusal
from cin7_pipeline.sandbox.server.routes import OWN_FILTERS, Route

Parameters = Mapping[str, str]
"""The query parameters by name in lower case."""


class RequestHandler:
    """Reads the account as it stands at the clock's moment, through the faults that are on."""

    def __init__(self, account: Account, clock: Callable[[], datetime], faults: Faults) -> None:
        self._listings = Listings(account)
        self._clock = clock
        self._faults = faults

    def one(self, route: Route, record_id: int, parameters: Parameters) -> Record:
        """The record with this id; where several rows share it, the first.

        Raises:
            Refusal: 404, there is none.
            InvalidQuery: `fields` is malformed.
        """
        record = self._listing(route.listing).find(record_id)
        if record is None:
            raise Refusal(404)
        return self._render([record], parameters)[0]

    def page(self, route: Route, parameters: Parameters) -> list[Record]:
        """The page of the list that the parameters ask for; past its end, nothing.

        Raises:
            Refusal: 404, the account has no such resource.
            InvalidQuery: a parameter is malformed or out of range.
        """
        asked = {n: v for n, v in parameters.items() if n not in self._faults.ignored_parameters}
        page = parse_page(asked)
        self._let_edit(route.resource, page.number)
        listing = self._listing(route.listing)
        condition = self._faults.filter_ids(_condition(route.resource, asked))
        order = parse_order(asked.get("order", ""), self._faults.default_direction)
        matches = listing.predicate(condition)
        records = cut(listing.sort(order), matches, self._first_row(page), page.rows)
        return self._render(records, asked)

    def _let_edit(self, resource: str, page_number: int) -> None:
        if self._faults.edit_while_reading is not None:
            self._faults.edit_while_reading(resource, page_number)
            self._listings.forget()

    def _listing(self, resource: str) -> Listing:
        try:
            return self._listings.at(resource, self._clock(), self._faults.visibility_lag_seconds)
        except KeyError as error:
            if resource not in str(error):  # a mistake inside the account, not an unknown resource
                raise
            raise Refusal(404) from None

    def _first_row(self, page: Page) -> int:
        step = page.rows
        if self._faults.duplicate_rows_across_pages:
            step = max(1, page.rows - 1)
        return (page.number - 1) * step

    def _render(self, records: list[Record], parameters: Parameters) -> list[Record]:
        selection = parse_fields(parameters.get("fields", ""))
        damaged = self._faults.damage(records)
        return self._faults.add_extra_fields([project(record, selection) for record in damaged])


def _condition(resource: str, parameters: Parameters) -> Condition | None:
    where = parse_where(parameters.get("where", ""))
    own_filter = OWN_FILTERS.get(resource, "")
    if own_filter not in parameters:
        return where
    wanted = Literal(LiteralKind.STRING, parameters[own_filter])
    filtered = Comparison(own_filter, "=", (wanted,))
    return filtered if where is None else Combination("AND", (where, filtered))
