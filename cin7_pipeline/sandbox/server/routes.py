"""Which resources Cin7 has and how a path names one of them (reference §1 and §5).

Only names: whether the account holds records of a resource is for the account to say.
"""

from dataclasses import dataclass, replace

RESOURCES = (
    "Adjustments",
    "BomMasters",
    "BranchTransfers",
    "Branches",
    "Contacts",
    "CreditNotes",
    "PaymentFeesAndPayouts/Fees",
    "PaymentFeesAndPayouts/Payouts",
    "Payments",
    "ProductCategories",
    "ProductOptions",
    "ProductionJobs",
    "Products",
    "PurchaseOrders",
    "Quotes",
    "SalesOrders",
    "SalesOrdersWithCartons",
    "SerialNumbers",
    "SizeRanges",
    "Stock",
    "Users",
    "Voucher",
)
ONLY_LISTED = frozenset(
    {"Stock", "Voucher", "PaymentFeesAndPayouts/Fees", "PaymentFeesAndPayouts/Payouts"}
)
OWN_FILTERS = {"Stock": "barcode", "Voucher": "code"}
"""The one query parameter of a resource that filters without `where`."""
_BY_LOWER_CASE = {name.lower(): name for name in RESOURCES}


@dataclass(frozen=True)
class Route:
    """What a path asks for; without an id it is the list."""

    resource: str
    record_id: int | None = None
    version: str = "v1"

    @property
    def listing(self) -> str:
        """What the account calls the list: only version 2 is named, for its records differ."""
        return self.resource if self.version == "v1" else f"{self.version}/{self.resource}"


def find_route(path: str) -> Route | None:
    """The route of `/api/v1/<Resource>[/<id>][/]` in any case, or None where there is none."""
    match path.strip("/").split("/"):
        case [api, version, *rest] if api.lower() == "api" and rest:
            route = _find(rest)
        case _:
            return None
    versions = ("v1", "v2") if route and route.resource == "BomMasters" else ("v1",)
    if route is None or version.lower() not in versions:
        return None
    return replace(route, version=version.lower())


def _find(segments: list[str]) -> Route | None:
    resource = _BY_LOWER_CASE.get("/".join(segments).lower())
    if resource is not None:
        return Route(resource)
    owner = _BY_LOWER_CASE.get("/".join(segments[:-1]).lower())
    is_id = segments[-1].isascii() and segments[-1].isdigit()
    if owner is None or owner in ONLY_LISTED or not is_id:
        return None
    return Route(owner, int(segments[-1]))
