"""Nobody but Cin7 hears of a run: dlt, which would report its pipelines to its makers, is told not to."""

import os
import subprocess
import sys

from tests.sample_shop import environment
from tests.unit.load.fake_account import Company, order

LOAD = """
import sys
from cin7_pipeline.account import connect
from cin7_pipeline.load.sync import sync_endpoints
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.settings import load_settings
settings = load_settings()
with connect(settings) as client:
    sync_endpoints(ENDPOINTS, {"sales_orders": None}, client, settings).raise_failures()
assert "dlt" in sys.modules
"""


def test_a_load_calls_no_address_but_cin7s(company: Company) -> None:
    """Whatever the environment says of telemetry, its address is never called."""
    company.orders.append(order(1, created=1))
    company.load_one()  # dlt merges from the second load on
    company.server.requests.clear()
    company.orders[0] = order(1, created=1, total=5)
    assert company.server is not None
    url = f"{company.server.base_url}/telemetry"
    known = {"PATH": os.environ["PATH"], "RUNTIME__DLTHUB_TELEMETRY_ENDPOINT": url}
    variables = known | environment(company)
    subprocess.run([sys.executable, "-c", LOAD], env=variables, timeout=60, check=True)  # noqa: S603
    asked = {(request.method, request.path) for request in company.server.requests}
    assert asked == {("GET", "/api/v1/SalesOrders")}
    assert company.raw("select count(*) from raw.sales_orders") == [(1,)]
