"""A declarative source of airbyte-cdk, read into PyAirbyte's DuckDB cache.

Runs in an environment of its own, so it imports nothing of this project.
"""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

ROWS = 250


def airbyte(url: str, schema: str, orders: str) -> None:
    """All orders in DuckDB, with their lines as JSON."""
    os.environ |= {"DO_NOT_TRACK": "1", "AIRBYTE_OFFLINE_MODE": "1"}
    import airbyte as ab

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # where PyAirbyte keeps its own files
        manifest = _manifest(url, json.loads(Path(schema).read_text()))
        source = ab.get_source("source-orders", config={}, source_manifest=manifest)
        source.select_all_streams()
        cache = ab.DuckDBCache(db_path=f"{folder}/warehouse.duckdb", schema_name="raw")
        found = source.read(cache=cache).processed_records
    if found != int(orders):
        msg = f"{found} orders were loaded, not {orders}"
        raise RuntimeError(msg)


def _manifest(url: str, schema: dict[str, Any]) -> dict[str, Any]:
    pages = {"type": "PageIncrement", "page_size": ROWS, "start_from_page": 1}
    retriever = {
        "type": "SimpleRetriever",
        "requester": {"type": "HttpRequester", "url_base": url, "path": "/v1/SalesOrders"},
        "record_selector": {
            "type": "RecordSelector",
            "extractor": {"type": "DpathExtractor", "field_path": []},
        },
        "paginator": {
            "type": "DefaultPaginator",
            "page_token_option": _parameter("page"),
            "page_size_option": _parameter("rows"),
            "pagination_strategy": pages,
        },
    }
    stream = {
        "type": "DeclarativeStream",
        "name": "sales_orders",
        "primary_key": "id",
        "retriever": retriever,
        "schema_loader": {"type": "InlineSchemaLoader", "schema": schema},
    }
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": ["sales_orders"]},
        "streams": [stream],
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
    }


def _parameter(name: str) -> dict[str, str]:
    return {"type": "RequestOption", "inject_into": "request_parameter", "field_name": name}
