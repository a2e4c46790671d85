"""A small shop on Cin7 with one document of every fate, for tests of what people see."""

import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin7_pipeline.cli import app
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import publish_release, read_entities
from tests.unit.load.fake_account import NOW, Company, days_ago, open_company, order

CIN7 = [sys.executable, "-c", "from cin7_pipeline.cli import app; app()"]
USERNAME = "sandbox"
API_KEY = "sandbox-key"
SKU = "MUG-1"
TWIN = "mug-1 "
MONEY = {"currencyCode": "AUD", "currencyRate": 1.0, "taxStatus": "Excl", "taxRate": 0.1}
PERSON = {"firstName": "Quentin", "lastName": "Quirk", "phone": "0400 111 222"}


def line(line_id: int, option: int = 7, code: str = SKU, **fields: Any) -> dict[str, Any]:
    """An order line of two units, all of them shipped."""
    values = {"qty": 2.0, "qtyShipped": 2.0, "unitPrice": 10.0, "discount": 0.0}
    return {"id": line_id, "productOptionId": option, "code": code, **values, **fields}


def sale(order_id: int, reference: str, age: float = 5, **fields: Any) -> dict[str, Any]:
    """A dispatched order of the main branch with two mugs."""
    defaults = {"reference": reference, "source": "Backend", "branchId": 3, "memberId": 1}
    lines = [line(order_id * 10)]
    return order(order_id, age, **{**PERSON, **MONEY, **defaults, "lineItems": lines, **fields})


ORDERS = [
    sale(101, "SO-1", customerOrderNo="PO 77", invoiceDate=days_ago(4)),
    sale(102, "SO-1", isVoid=True, status="VOID"),
    sale(103, "#1001", source="Shopify"),
    sale(
        104,
        "SO-2",
        branchId=0,
        dispatchedDate=None,
        deliveryCountry="Australia",
        lineItems=[line(1040, qty=4.0, qtyShipped=1.0)],
    ),
    sale(105, "SO-3", isApproved=False, dispatchedDate=None, status="DRAFT"),
    sale(106, "WEB-9", source="Web", customerOrderNo="po 77", age=4),
    sale(
        107,
        "SO-4",
        lineItems=[
            line(1070),
            line(1071, option=0, code="mug-1"),
            line(1072, option=8, code="KIT"),
            line(1073, parentId=1072),
        ],
    ),
]
ADJUSTMENT = {
    "id": 501,
    "reference": "ADJ-1",
    "branchId": 3,
    "createdDate": days_ago(2),
    "modifiedDate": days_ago(2),
    "completedDate": days_ago(2),
    "isApproved": True,
    "lineItems": [{"id": 5010, "productOptionId": 7, "code": SKU, "qty": 3.0, "qtyAdjusted": 3.0}],
}
DOCUMENTS: Mapping[str, list[dict[str, Any]]] = {
    "SalesOrders": ORDERS,
    "PurchaseOrders": [
        {
            "id": 201,
            "reference": "PO-1",
            "memberId": 2,
            "branchId": 3,
            "createdDate": days_ago(9),
            "modifiedDate": days_ago(9),
            "estimatedArrivalDate": days_ago(-5),
            "isApproved": True,
            "status": "APPROVED",
            "lineItems": [line(2010, qty=12.0, qtyShipped=2.0)],
        },
        {
            "id": 202,
            "reference": "PO-2",
            "memberId": 2,
            "branchId": 3,
            "createdDate": days_ago(98),
            "modifiedDate": days_ago(60),
            "estimatedDeliveryDate": days_ago(89),
            "isApproved": True,
            "status": "APPROVED",
            "lineItems": [line(2020, qty=1.0, qtyShipped=0.0)],
        },
    ],
    "BranchTransfers": [
        {
            "id": 301,
            "reference": "BT-1",
            "sourceBranchId": 3,
            "destinationBranchId": 5,
            "createdDate": days_ago(3),
            "modifiedDate": days_ago(3),
            "dispatchedDate": days_ago(2),
            "isApproved": True,
            "lineItems": [line(3010)],
        }
    ],
    "CreditNotes": [
        {
            "id": 401,
            "reference": "CN-1",
            "salesReference": "SO-1",
            "memberId": 1,
            "branchId": 3,
            "createdDate": days_ago(2),
            "modifiedDate": days_ago(2),
            "completedDate": days_ago(1),
            "isApproved": True,
            "status": "APPROVED",
            "lineItems": [line(4010, qty=-1.0)],
        }
    ],
    "Adjustments": [ADJUSTMENT],
}
AGE = {"createdDate": days_ago(99), "modifiedDate": days_ago(98)}
DATA: Mapping[str, list[dict[str, Any]]] = {
    "Branches": [
        {"id": 3, "company": "Main DC", "isActive": True, **AGE},
        {"id": 5, "company": "Store", "isActive": True, **AGE},
    ],
    "Contacts": [
        {"id": 1, "type": "Customer", "company": "Café Nine", **PERSON, **AGE},
        {"id": 2, "type": "Supplier", "company": "Kiln & Co", **PERSON, **AGE},
    ],
    "Products": [
        {"id": 70, "name": "Mug", "status": "Public", **AGE},
        {"id": 80, "name": "Mug set", "status": "Public", "orderType": "Kit", **AGE},
    ],
    "ProductOptions": [
        {"id": 7, "productId": 70, "code": SKU, "status": "Primary", **AGE},
        {"id": 9, "productId": 70, "code": TWIN, "status": "Primary", **AGE},
        {"id": 8, "productId": 80, "code": "KIT", "status": "Primary", **AGE},
    ],
    "Stock": [
        {
            "productOptionId": 7,
            "branchId": 3,
            "productId": 70,
            "code": SKU,
            "stockOnHand": 20.0,
            "openSales": 5.0,
            "available": 15.0,
            "incoming": 10.0,
            "holding": 2.0,
            "modifiedDate": days_ago(1),
        }
    ],
}


@contextmanager
def open_shop(folder: Path, forbidden: Collection[str] = ()) -> Iterator[Company]:
    """The shop, served while the block lasts; nothing of it has been read yet."""
    with open_company(folder, forbidden) as company:
        for resource, records in (DATA | DOCUMENTS).items():
            company.records_by_resource[resource][:] = [dict(record) for record in records]
        yield company


def read(company: Company) -> None:
    """Read the shop whole, without building anything of it."""
    read_entities(company.settings(), dict.fromkeys(ENDPOINTS)).raise_failures()


def sync(company: Company) -> None:
    """Read the shop and publish its tables."""
    read(company)
    publish_release(company.settings())


@contextmanager
def copied(company: Company, folder: Path) -> Iterator[Company]:
    """The same shop with a copy of what was read of it; what is changed in Cin7 is undone behind it."""
    records = deepcopy(company.records_by_resource)
    yield replace(company, folder=shutil.copytree(company.folder, folder, symlinks=True))
    company.records_by_resource.update(records)


def environment(company: Company) -> dict[str, str]:
    """The variables by which a process of its own finds the shop."""
    assert company.server is not None
    return {
        "CIN7_USERNAME": USERNAME,
        "CIN7_API_KEY": API_KEY,
        "CIN7_BASE_URL": company.server.base_url,
        "CIN7_TIME_ZONE": "Australia/Sydney",
        "CIN7_DATA_DIR": str(company.folder),
        "CIN7_AS_OF": NOW.isoformat(),
        "CIN7_CALLS_PER_SECOND": "1000",
        "CIN7_CALLS_PER_MINUTE": "100000",
        "CIN7_CALLS_PER_DAY": "1000000",
        "CIN7_THREADS": "1",  # of so few rows, a second thread takes longer than it saves
    }


def enter(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the shop's environment."""
    for name, value in environment(company).items():
        monkeypatch.setenv(name, value)


def calls(company: Company) -> int:
    """Requests that the account has seen."""
    assert company.server is not None
    return len(company.server.requests)


def cin7(*arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, arguments)


def cin7_process(
    company: Company, *arguments: str, **variables: str
) -> subprocess.CompletedProcess:
    """The command in a process of its own, as a scheduler starts it."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    return subprocess.run(  # noqa: S603
        [*CIN7, *arguments],
        env={**known, **environment(company), **variables},
        cwd=company.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
