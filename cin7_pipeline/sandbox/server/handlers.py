"""This module finds what a path names and reads it: one record, or a page of a list.

It does not decide who may ask (`app`), nor how an answer is sent (`responses`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from cin7_pipeline.sandbox.server.faults import Faults
from cin7_pipeline.sandbox.server.listing import (
    Account,
    Listing,
    Listings,
    cut,
    parse_fields,
    parse_order,
    parse_page,
    project,
)
from cin7_pipeline.sandbox.server.responses import Refusal
from cin7_pipeline.sandbox.server.where import Predicate, Record, both, compile_where, equals

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

Parameters = Mapping[str, str]
"""The query parameters by name in lower case."""


@dataclass(frozen=True)
class Route:
    """What a path asks for; without an id it is the list."""

    resource: str
    record_id: int | None
    version: str

    @property
    def listing(self) -> str:
        """What the account calls the list: only version 2 is named, for its records differ."""
        return self.resource if self.version == "v1" else f"{self.version}/{self.resource}"


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
    return Route(resource, record_id, version)


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
        return self._render(found, parameters)[0]

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
        wanted = self._predicate(route.resource, asked, listing)
        records = cut(listing.sort(order), wanted, (number - 1) * step, rows)
        return self._render(records, asked)

    def _listing(self, route: Route) -> Listing:
        lag_seconds = self._faults.visibility_lag_seconds
        return self._listings.at(route.listing, self._clock(), lag_seconds)

    def _predicate(
        self, resource: str, parameters: Parameters, listing: Listing
    ) -> Predicate | None:
        text = parameters.get("where", "")
        where = compile_where(text, listing.fields)
        if lost := self._faults.lost_fields(where.names):
            where = compile_where(text, listing.fields, lost)
        own_filter = OWN_FILTERS.get(resource, "")
        if own_filter not in parameters:
            return where.predicate
        filtered = equals(own_filter, parameters[own_filter], listing.fields)
        return both(where.predicate, filtered) if where.predicate else filtered

    def _render(self, records: list[Record], parameters: Parameters) -> list[Record]:
        selection = parse_fields(parameters.get("fields", ""))
        return self._faults.add_extra_fields([project(record, selection) for record in records])
