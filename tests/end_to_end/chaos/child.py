"""This module is the process of one run: what it is to do, under which limits, which phase it is in.

The functions that begin a phase are wrapped here and nowhere else; who kills the process, and when,
is decided in `processes`.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import reduce, wraps
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import dagster as dg

from cin7_pipeline.cli import app
from cin7_pipeline.omni.paging import Paginator
from cin7_pipeline.omni.rate_limit import RateLimiter
from cin7_pipeline.omni.retry import RetryPolicy
from cin7_pipeline.settings import Settings
from dagster_project.defs.schedules import SCHEDULED
from tests.end_to_end.scenario import run_job

# Where each phase begins and ends.
PHASES = {
    "reading": ("cin7_pipeline.load.reads", "Reads.read"),
    "merging with dlt": ("cin7_pipeline.load.sync", "merge"),
    "committing the load": ("cin7_pipeline.load.sync", "commit_load"),
    "auditing a model": ("cin7_pipeline.models.build", "_audit"),
    "writing a release": ("cin7_pipeline.warehouse.draft", "Draft.publish"),
    "flipping a link": ("cin7_pipeline.warehouse.releases", "_point"),
}
LINGERS_SECONDS = 30.0
# Waits pass a thousand times faster than Cin7's own; a hanging answer is given up after seconds.
IMPATIENT = RetryPolicy(scale=0.001, connect_timeout=4, read_timeout=4, answer_timeout=8)


@dataclass(frozen=True)
class Order:
    """One run: the arguments of the command, or a Dagster job with the tags that select its days.

    `clock_ahead` are the seconds by which the account's clock is ahead of this machine's clock; `is_live` is
    for an account that the pipeline must not take for the simulated one; `largest_file` is the size in bytes
    beyond which the kernel refuses every write to a file; `lingers` is the phase, and which entry into it,
    that it stays at the beginning of until it is killed.
    """

    name: str
    environment: Mapping[str, str]
    log: Path
    arguments: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    clock_ahead: float = 0.0
    is_live: bool = False
    largest_file: int | None = None
    page_rows: int | None = None
    lingers: tuple[str, int] | None = None


def obey(order: Order, events: Connection) -> None:
    """Carry out the order and leave with the exit code of the run."""
    _settle_in(order)
    _pass_time(order.clock_ahead)
    if order.is_live:
        _take_for_live(order.clock_ahead)
    if order.page_rows is not None:
        _set_default(Paginator, "rows", order.page_rows)
    for phase, (module, name) in PHASES.items():
        lingers = order.lingers[1] if order.lingers and order.lingers[0] == phase else None
        _report(Phase(phase, events, lingers), import_module(module), name)
    if order.largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest_file, resource.RLIM_INFINITY))
    sys.exit(_run(order))


def _run(order: Order) -> int:
    if order.arguments:
        app(list(order.arguments), standalone_mode=True)
    with dg.DagsterInstance.ephemeral() as instance:
        result = run_job(instance, order.name, order.tags or SCHEDULED)
    for event in result.all_events:
        if event.is_step_failure:
            print(event.step_failure_data.error)  # noqa: T201 - the log of this run
    return 0 if result.success else 1


def _settle_in(order: Order) -> None:
    """Take the run's environment and folder, and write what is printed into its log."""
    os.environ.update(order.environment)
    os.chdir(order.environment["CIN7_DATA_DIR"])
    tempfile.tempdir = None
    log = os.open(order.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for descriptor in (1, 2):
        os.dup2(log, descriptor)


def _pass_time(ahead: float) -> None:
    """Let the budget's clock be the account's, so that a pause of hours is over the next day."""
    _set_default(RateLimiter, "now", lambda: time.time() + ahead)
    defaults = (getattr(IMPATIENT, name) for name in RetryPolicy.__dataclass_fields__)
    RetryPolicy.__init__.__defaults__ = tuple(defaults)


def _take_for_live(ahead: float) -> None:
    """Let the account be one like those of Cin7, whose releases are made at the account's time."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Clock":
            return cls.fromtimestamp(time.time() + ahead, tz)

    pipeline = import_module("cin7_pipeline.pipeline")
    pipeline.datetime = Clock  # type: ignore[attr-defined]
    Settings.uses_simulated_account = property(lambda _self: False)  # type: ignore[method-assign,assignment]


def _set_default(cls: type, name: str, value: Any) -> None:
    defaults = cls.__init__.__kwdefaults__
    assert name in defaults, f"{cls.__name__} has no argument {name}"
    defaults[name] = value


@dataclass
class Phase:
    """A phase of the run, reported to whoever watches it; `lingers` is the entry that is not got past."""

    name: str
    events: Connection
    lingers: int | None
    entries: int = 0

    @contextmanager
    def reported(self) -> Iterator[None]:
        """The phase, from its beginning to its end."""
        self.events.send(("enters", self.name))
        self.entries += 1
        if self.entries == self.lingers:
            time.sleep(LINGERS_SECONDS)
        try:
            yield
        finally:
            self.events.send(("leaves", self.name))


def _report(phase: Phase, module: Any, path: str) -> None:
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, module)
    function: Callable[..., Any] = getattr(owner, name)

    @wraps(function)
    def reported(*args: Any, **kwargs: Any) -> Any:
        with phase.reported():
            return function(*args, **kwargs)

    setattr(owner, name, reported)
