"""An account of about 200 pages over all endpoints, cheap to serve: the sandbox's own records, repeated.

Each copy of the merchant's records stands under ids of its own; what records name of each other are the
first copy's. Nothing changes however late it is asked. How it is read stands in `rate_limit`.
"""

from datetime import UTC, date, datetime
from typing import Any

from cin7_pipeline.omni.endpoint import Endpoint
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.sandbox.serializers.account import MerchantAccount
from cin7_pipeline.sandbox.simulation.merchant import Merchant

NOW = datetime(2026, 6, 30, 19, tzinfo=UTC)
# Before the lookback of 90 days, so that some documents are older than it and still open.
OPENED_ON = date(2026, 3, 10)
ID_STEP = 10_000_000
COPIES = {
    "sales_orders": 14,
    "purchase_orders": 20,
    "branch_transfers": 20,
    "credit_notes": 15,
    "adjustments": 15,
    "production_jobs": 8,
    "products": 12,
    "product_options": 12,
    "contacts": 50,
    "stock": 5,
}
Record = dict[str, Any]


class RepeatedAccount:
    """What the sandbox serves; `share` of 1 is the whole account, less is a smaller one of the same kind."""

    def __init__(self, share: float = 1.0) -> None:
        account = MerchantAccount(Merchant(opened_on=OPENED_ON))
        self._records: dict[str, list[Record]] = {}
        for endpoint in ENDPOINTS.values():
            resource = endpoint.path.removeprefix("v1/")
            copies = max(1, round(COPIES.get(endpoint.name, 1) * share))
            self._records[resource] = _repeated(endpoint, account.records(resource, NOW), copies)

    def records(self, resource: str, _moment: datetime) -> list[Record]:
        """All records of a resource, whenever they are asked for.

        Raises:
            KeyError: it is none that is read.
        """
        return self._records[resource]


def _repeated(endpoint: Endpoint, records: list[Record], copies: int) -> list[Record]:
    return [
        _under_new_ids(endpoint, record, copy * ID_STEP)
        for copy in range(copies)
        for record in records
    ]


def _under_new_ids(endpoint: Endpoint, record: Record, step: int) -> Record:
    moved = record | {endpoint.page_key: record[endpoint.page_key] + step}
    if endpoint.lines is not None:
        field = endpoint.lines.field
        moved[field] = [line | {"id": line["id"] + step} for line in record[field]]
    return moved
