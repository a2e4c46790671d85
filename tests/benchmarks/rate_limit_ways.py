"""Two ways to read the same account under the same limits, each run in a process of its own.

Ours is the reading of `cin7 sync`; dlt asks for the same rows and fields page after page. What they are
measured by stands in `rate_limit`.
"""

import tempfile
from datetime import datetime
from typing import Any

from cin7_pipeline.omni.endpoint import Endpoint, SyncMode
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.omni.filters import window_where
from cin7_pipeline.omni.page import FULL_PAGE, list_params
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.window import Window

USERNAME, API_KEY = "sandbox", "sandbox-key"
LOOKBACK_DAYS = 90


def ours(url: str, folder: str, now: str) -> None:
    """What `cin7 sync` reads and loads, with the limits that the settings have by default."""
    from cin7_pipeline.pipeline import read_entities

    settings = _settings(url, folder, now)
    read_entities(settings, dict.fromkeys(ENDPOINTS)).raise_failures()


def _settings(url: str, folder: str, now: str) -> Settings:
    return load_settings(
        username=USERNAME,
        api_key=API_KEY,
        base_url=url,
        time_zone="Australia/Sydney",
        data_dir=folder,
        as_of=datetime.fromisoformat(now),
        lookback_days=LOOKBACK_DAYS,
    )


def dlt_rest_api(url: str, now: str) -> None:
    """Dlt's declarative source, loaded into DuckDB as Parquet: its resources take turns page by page."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    client = {
        "base_url": f"{url}/",
        "auth": {"type": "http_basic", "username": USERNAME, "password": API_KEY},
    }
    resources = [_resource(endpoint, now) for endpoint in ENDPOINTS.values()]
    source = rest_api_source({"client": client, "resources": resources})
    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            dataset_name="raw",
            destination=dlt.destinations.duckdb(f"{folder}/warehouse.duckdb"),
        )
        pipeline.run(source, loader_file_format="parquet")


def _resource(endpoint: Endpoint, now: str) -> dict[str, Any]:
    paginator = {"type": "page_number", "base_page": 1, "total_path": None}
    params = {name: value for name, value in _asked(endpoint, now).items() if name != "page"}
    # Dlt merges by no key that may be null, as a size is.
    merge = {"primary_key": "id", "write_disposition": "merge"}
    return {
        "name": endpoint.name,
        **({} if endpoint.has_tied_rows else merge),
        "endpoint": {"path": endpoint.path, "paginator": paginator, "params": params},
    }


def _asked(endpoint: Endpoint, now: str) -> dict[str, Any]:
    """The parameters of the first page: documents by the lookback, the rest whole."""
    lookback = Window.lookback(datetime.fromisoformat(now), LOOKBACK_DAYS)
    window = lookback if endpoint.mode is SyncMode.INCREMENTAL else Window.whole()
    return dict(list_params(endpoint, window_where(window), FULL_PAGE))
