"""This module finds what a path names and reads it: one record, or a page of a list.

It does not decide who may ask (`app`), nor how an answer is sent (`responses`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from cin7_pipeline.sandbox.server.faults import Faults
from cin7_pipeline.sandbox.server.listing import (
    Account,
    Listing,
    Listings,
    parse_fields,
    parse_order,
    parse_page,
    project,
)
from cin7_pipeline.sandbox.server.responses import Refusal
from cin7_pipeline.sandbox.server.where import Predicate, Record, compile_where

# Every resource of the API that can be listed, whether or not the account has records of it.
RESOURCES = (
    "Adjustments", "BomMasters", "BranchTransfers", "Branches", "Contacts", "CreditNotes",
    "PaymentFeesAndPayouts/Fees", "PaymentFeesAndPayouts/Payouts", "Payments", "ProductCategories",
    "ProductOptions", "ProductionJobs", "Products", "PurchaseOrders", "Quotes", "SalesOrders",
    "SalesOrdersWithCartons", "SerialNumbers", "SizeRanges", "Stock", "Users", "Voucher",
)  # fmt: skip
ONLY_LISTED = {"Stock", "Voucher", "PaymentFeesAndPayouts/Fees", "PaymentFeesAndPayouts/Payouts"}
# The one query parameter of a resource that filters without `where`.
OWN_FILTERS = {"Stock": "barcode", "Voucher": "code"}
_BY_LOWER_CASE = {name.lower(): name for name in RESOURCES}

Parameters = Mapping[str, str]  # by name in lower case


@dataclass(frozen=True)
class Route:
    """What a path asks for: one record, or without an id the list.

    `listing` is what the account calls the list: that of version 2 has other records.
    """

    resource: str
    record_id: int | None
    listing: str


def find_route(path: str) -> Route | None:
    """Return the route of `/api/v1/<Resource>[/<id>][/]` in any case, or None where there is none."""
    api, _, rest = path.strip("/").lower().partition("/")
    version, _, rest = rest.partition("/")
    resource, record_id = _BY_LOWER_CASE.get(rest), None
    if resource is None:
        name, _, number = rest.rpartition("/")
        resource = _BY_LOWER_CASE.get(name)
        if resource in ONLY_LISTED or not (number.isascii() and number.isdigit()):
            return None
        record_id = int(number)
    versions = ("v1", "v2") if resource == "BomMasters" else ("v1",)
    if api != "api" or resource is None or version not in versions:
        return None
    return Route(resource, record_id, resource if version == "v1" else f"v2/{resource}")


class RequestHandler:
    """Reads the account as it is at the clock's time, through the faults that are on."""

    def __init__(self, account: Account, clock: Callable[[], datetime], faults: Faults) -> None:
        self._listings = Listings(account)
        self._clock, self._faults = clock, faults

    def one(self, route: Route, record_id: int, parameters: Parameters) -> Record:
        """Return the record with this id; where several rows share it, the first.

        Raises:
            Refusal: 404, there is none.
            InvalidQuery: `fields` is malformed.
        """
        records = self._listing(route).records
        found = [record for record in records if record.get("id") == record_id][:1]
        if not found:
            raise Refusal(404)
        return self._render(route, found, parameters)[0]

    def page(self, route: Route, parameters: Parameters) -> list[Record]:
        """Return the page of the list that the parameters ask for; past its end, nothing.

        Raises:
            InvalidQuery: a parameter is malformed or out of range.
        """
        faults = self._faults
        asked = {n: v for n, v in parameters.items() if n not in faults.ignored_parameters}
        number, rows = parse_page(asked)
        if faults.edit_while_reading is not None:
            faults.edit_while_reading(route.resource, number)
            self._listings.forget()
        listing = self._listing(route)
        order = parse_order(asked.get("order", ""), faults.default_direction)
        step = max(1, rows - 1) if faults.duplicate_rows_across_pages else rows
        records: Iterable[Record] = listing.sort(order)
        for wanted in self._predicates(route.resource, asked, listing):
            records = filter(wanted, records)
        if (left_out := faults.leaves_out) is not None:
            where = asked.get("where", "")
            records = [each for each in records if not left_out(route.resource, where, each)]
        first = (number - 1) * step
        return self._render(route, list(islice(records, first, first + rows)), asked)

    def _listing(self, route: Route) -> Listing:
        lag_seconds = self._faults.visibility_lag_seconds
        return self._listings.at(route.listing, self._clock(), lag_seconds)

    def _predicates(
        self, resource: str, parameters: Parameters, listing: Listing
    ) -> Iterator[Predicate]:
        text = parameters.get("where", "")
        where = compile_where(text, listing.fields)
        if lost := self._faults.lost_fields(where.names):
            where = compile_where(text, listing.fields, lost)
        own_filter = OWN_FILTERS.get(resource, "")
        value = parameters.get(own_filter, "").replace("'", "''")
        filtered = f"{own_filter} = '{value}'" if own_filter in parameters else ""
        for each in (where, compile_where(filtered, listing.fields)):
            if each.predicate is not None:
                yield each.predicate

    def _render(self, route: Route, records: list[Record], parameters: Parameters) -> list[Record]:
        selection = parse_fields(parameters.get("fields", ""))
        sent = self._faults.altered(route.resource, records)
        return self._faults.add_extra_fields([project(record, selection) for record in sent])
