"""How long a read takes where the account answers slowly: side by side, one after the other, unchanged."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

from cin7_pipeline.account import connect
from cin7_pipeline.api.endpoints import DOCUMENTS
from cin7_pipeline.load.sync import load
from cin7_pipeline.sandbox.life.merchant import Merchant
from cin7_pipeline.sandbox.payloads.account import MerchantAccount
from cin7_pipeline.sandbox.server.server import SandboxServer
from cin7_pipeline.settings import Settings, load_settings

NOW = datetime(2026, 6, 30, 19, tzinfo=UTC)
# Measured on a live account: a page of 250 sales orders takes 1.5 to 1.7 s.
LATENCY_SECONDS = 0.5
Way = Callable[[], None]


@contextmanager
def reading_pairs() -> Iterator[list[tuple[str, Way, Way]]]:
    """Documents of 90 days from an account that takes half a second for each answer."""
    account = MerchantAccount(Merchant(opened_on=date(2026, 3, 1)))
    with (
        SandboxServer(account, clock=lambda: NOW, limits=None) as server,
        tempfile.TemporaryDirectory() as folder,
    ):
        numbers = iter(range(1_000_000))

        def settings() -> Settings:
            return _settings(server.base_url, Path(folder) / str(next(numbers)))

        held = settings()
        _read_together(held)
        server.faults.latency_seconds = LATENCY_SECONDS
        yield [
            (
                "90 days of documents, 0.5 s an answer: endpoints side by side / one after the other",
                lambda: _read_together(settings()),
                lambda: _read_in_turn(settings()),
            ),
            (
                "the same, side by side: the window again, nothing changed / into an empty database",
                lambda: _read_together(held),
                lambda: _read_together(settings()),
            ),
        ]


def _read_together(settings: Settings) -> None:
    with connect(settings) as client:
        load({e.name: None for e in DOCUMENTS}, client, settings).raise_failures()


def _read_in_turn(settings: Settings) -> None:
    with connect(settings) as client:
        for endpoint in DOCUMENTS:
            load({endpoint.name: None}, client, settings).raise_failures()


def _settings(base_url: str, folder: Path) -> Settings:
    return load_settings(
        username="sandbox",
        api_key="sandbox-key",
        base_url=base_url,
        time_zone="Australia/Sydney",
        data_dir=folder,
        as_of=NOW,
        calls_per_second=1000,
        calls_per_minute=100_000,
        calls_per_day=1_000_000,
    )
