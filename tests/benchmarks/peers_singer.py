"""A Singer tap of the SDK's declarative kind, and the tap piped into target-duckdb.

Runs in an environment of its own, so it imports nothing of this project.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# The target writes CSV files without a header; DuckDB takes the first row of each for one, and it is lost.
HEADER_ROWS = 1


def singer(url: str, schema: str, orders: str) -> None:
    """The tap, as a process, into the target, as another: orders in DuckDB with their lines as JSON."""
    import duckdb

    with tempfile.TemporaryDirectory() as folder:
        database, config = Path(folder, "warehouse.duckdb"), Path(folder, "target.json")
        config.write_text(json.dumps({"path": str(database), "default_target_schema": "raw"}))
        tap = [sys.executable, "-m", "tests.benchmarks.measuring", "peers_singer:tap", url, schema]
        target = [str(Path(sys.executable).parent / "target-duckdb"), "--config", str(config)]
        with subprocess.Popen(tap, stdout=subprocess.PIPE) as source:  # noqa: S603
            subprocess.run(target, stdin=source.stdout, check=True)  # noqa: S603
        if source.returncode:
            msg = f"the tap ended with {source.returncode}"
            raise RuntimeError(msg)
        with duckdb.connect(str(database), read_only=True) as db:
            found = db.execute("select count(*) from raw.sales_orders").fetchone()
    loaded = found[0] if found else 0
    if loaded + HEADER_ROWS < int(orders):
        msg = f"{loaded} orders were loaded, not {orders}"
        raise RuntimeError(msg)


def tap(url: str, schema: str) -> None:
    """Singer messages of all orders, on standard output."""
    os.environ["SINGER_SDK_LOG_LEVEL"] = "WARNING"
    _tap(url, json.loads(Path(schema).read_text())).sync_all()


def _tap(url: str, schema: dict[str, Any]) -> Any:
    from singer_sdk import RESTStream, Tap
    from singer_sdk.pagination import BasePageNumberPaginator

    class UntilEmpty(BasePageNumberPaginator):
        def has_more(self, response: Any) -> bool:
            return response.content != b"[]"

    class SalesOrders(RESTStream):
        name = "sales_orders"
        path = "/v1/SalesOrders"
        primary_keys = ("id",)
        url_base = url

        def get_new_paginator(self) -> Any:
            return UntilEmpty(start_value=1)

        def get_url_params(self, _context: Any, next_page_token: Any) -> dict[str, Any]:
            return {"page": next_page_token, "rows": 250}

    class OrdersTap(Tap):
        name = "tap-orders"
        config_jsonschema = {"type": "object", "properties": {}}  # noqa: RUF012

        def discover_streams(self) -> list[Any]:
            return [SalesOrders(self, schema=schema)]

    return OrdersTap(config={}, parse_env_config=False)
