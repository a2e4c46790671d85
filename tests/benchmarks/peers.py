"""Peers, side by side: sales orders of four lines a CPU second, from the same pages into DuckDB.

Whole processes, start-up included. Peers do not fit this project's lock: each gets an environment of its
own, made anew for a run; one that cannot be installed or started here is reported with its reason.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cin7_pipeline.omni.endpoint import Column, ColumnType
from cin7_pipeline.omni.endpoints import SALES_ORDERS
from tests.benchmarks.measuring import Finding, Way, costs
from tests.benchmarks.orders import write_pages
from tests.benchmarks.page_server import serve

ORDERS = 20_000
# Dlt's default format takes a minute and 12 GB of memory for as many as the others are given.
FEWER_ORDERS = 4_000
TRIAL_ORDERS = 500
UV = Path(sys.executable).parent / "uv"
INSTALL_SECONDS, START_SECONDS = 600, 120
OURS = "ours"
ADDRESS = re.compile(r"https?://\S+")
JSON_TYPES = {
    ColumnType.ID: "integer",
    ColumnType.TIMESTAMP: "string",
    ColumnType.TEXT: "string",
    ColumnType.EMAIL_VALIDITY: "string",
    ColumnType.DECIMAL: "number",
    ColumnType.DECIMAL_8: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.CUSTOM_FIELDS: "object",
}


@dataclass(frozen=True)
class Contestant:
    """A way, and the number of orders that it is given."""

    way: Way
    orders: int = ORDERS


class Unavailable(Exception):
    """A peer cannot be installed or started here; the text is its own last words."""


@dataclass(frozen=True)
class Peer:
    """A program that is installed on its own: its packages, and the function that runs it here.

    Without a function it is only started: `command` shows whether it could run at all.
    """

    name: str
    packages: tuple[str, ...]
    function: str = ""
    command: str = ""


PEERS = (
    Peer(
        "singer-sdk's RESTStream into target-duckdb (lines stay JSON, an order is lost)",
        ("singer-sdk==0.54.9", "target-duckdb==0.8.0"),
        function="peers_singer:singer",
    ),
    Peer(
        "airbyte-cdk's declarative source into PyAirbyte's DuckDB cache (lines stay JSON)",
        ("airbyte==0.71.3",),
        function="peers_airbyte:airbyte",
    ),
    Peer("sling", ("sling==1.6.5",), command="sling"),
    Peer("ingestr", ("ingestr==1.1.76",), command="ingestr"),
)


def findings(folder: Path) -> Iterator[Finding]:
    """Orders a CPU second of ours, of dlt's own source and of each peer that runs here."""
    schema = folder / "schema.json"
    schema.write_text(json.dumps(_schema()))
    with ExitStack() as stack:
        urls = {
            size: stack.enter_context(serve(write_pages(folder, size)))
            for size in (ORDERS, FEWER_ORDERS, TRIAL_ORDERS)
        }
        contestants, cannot = _own(urls), {}
        for peer in PEERS:
            try:
                contestants[peer.name] = Contestant(_way_of(peer, folder, schema, urls))
            except Unavailable as reason:
                cannot[peer.name] = str(reason)
        yield from _compared(contestants)
    for name, reason in cannot.items():
        yield Finding(name, f"not measured: {reason}")


def _own(urls: Mapping[int, str]) -> dict[str, Contestant]:
    return {
        OURS: Contestant(Way("loading:ours", (urls[ORDERS],))),
        "dlt's rest_api_source, Parquet": Contestant(Way("loading:dlt_parquet", (urls[ORDERS],))),
        f"dlt's rest_api_source, default format ({FEWER_ORDERS:,} orders)": Contestant(
            Way("loading:dlt_default", (urls[FEWER_ORDERS],)), FEWER_ORDERS
        ),
    }


def _way_of(peer: Peer, folder: Path, schema: Path, urls: Mapping[int, str]) -> Way:
    """The peer installed and tried on a few orders.

    Raises:
        Unavailable: it cannot be installed, or does not run here.
    """
    python = _installed(peer, folder)
    if not peer.function:
        _run([str(python.parent / peer.command), "--version"], START_SECONDS)
        msg = "it starts here, but how it would read these pages could not be tried yet"
        raise Unavailable(msg)
    trial, whole = (
        Way(peer.function, (urls[size], schema, size), str(python))
        for size in (TRIAL_ORDERS, ORDERS)
    )
    _run(trial.command, START_SECONDS)
    return whole


def _installed(peer: Peer, folder: Path) -> Path:
    """The interpreter of the peer's own environment."""
    home = folder / peer.packages[0]
    python = home / "bin" / "python"
    _run([str(UV), "venv", "--quiet", "--python", sys.executable, str(home)], INSTALL_SECONDS)
    install = [str(UV), "pip", "install", "--quiet", "--python", str(python)]
    _run([*install, *peer.packages], INSTALL_SECONDS)
    return python


def _run(command: list[str], seconds: int) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        msg = f"{Path(command[0]).name} did not end within {seconds} s"
        raise Unavailable(msg) from None
    if done.returncode:
        words = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
        raise Unavailable(ADDRESS.sub("its address", words[-1]).replace("|", "/")[:300])


def _compared(contestants: Mapping[str, Contestant]) -> Iterator[Finding]:
    found = costs({name: each.way for name, each in contestants.items()})
    speeds = {name: each.orders / found[name].cpu for name, each in contestants.items()}
    for name, each in found.items():
        against = "" if name == OURS else f", ours {speeds[OURS] / speeds[name]:.1f} × as many"
        speed = f"{speeds[name]:,.0f} orders a CPU second{against}"
        yield Finding(name, f"{speed} ({each.cpu:.1f} s, {each.peak_mb:,.0f} MB)")


def _schema() -> dict[str, Any]:
    """The JSON schema of an order with its lines, as peers want it declared."""
    lines = SALES_ORDERS.lines
    assert lines is not None
    own = {column.field: _property(column) for column in SALES_ORDERS.columns}
    own[lines.field] = _list_of({column.field: _property(column) for column in lines.columns})
    return {"type": "object", "properties": own}


def _property(column: Column) -> dict[str, Any]:
    if column.type is ColumnType.JSON_LIST:
        return _list_of({part: {"type": ["string", "number", "null"]} for part in column.subfields})
    kind: dict[str, Any] = {"type": [JSON_TYPES[column.type], "null"]}
    if column.type is ColumnType.TIMESTAMP:
        kind["format"] = "date-time"
    return kind


def _list_of(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": {"type": "object", "properties": properties}}
