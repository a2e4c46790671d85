"""This module runs processes: started from a warm one, watched, and killed in a chosen phase."""

import math
import multiprocessing
import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess

from tests.end_to_end.chaos.child import Order, obey

# A run that takes so long is stuck: the longest of ours takes a tenth of it.
DEADLINE_SECONDS = 240.0
ELSEWHERE = "between phases"

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.end_to_end.chaos.warm_up"])


@dataclass(frozen=True)
class Kill:
    """SIGKILL `delay` seconds after a run entered `phase` for the `entry`-th time, or after its start.

    Without a delay it meets the run at the very beginning of the phase.
    """

    delay: float
    phase: str | None = None
    entry: int = 1


@dataclass(frozen=True)
class Start:
    """A run to be started `after` seconds, and how it is to end, if not by itself."""

    order: Order
    after: float = 0.0
    kill: Kill | None = None


@dataclass(frozen=True)
class Ending:
    """How a run ended; `killed_in` is the phase that a SIGKILL met it in."""

    order: Order
    exit_code: int
    killed_in: str | None = None


class StuckError(AssertionError):
    """A run did not end: something blocks it."""


def run_all(starts: Sequence[Start]) -> list[Ending]:
    """Start the runs, all of them side by side, and wait for their ends.

    Raises:
        StuckError: one of them was still there at the deadline; it was killed.
    """
    with ThreadPoolExecutor(len(starts)) as pool:
        return list(pool.map(_run, starts))


def _run(start: Start) -> Ending:
    time.sleep(start.after)
    order, kill = start.order, start.kill
    if kill and kill.phase and not kill.delay:
        order = replace(order, lingers=(kill.phase, kill.entry))
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(target=obey, args=(order, theirs), daemon=True)
    process.start()
    theirs.close()
    watch = _Watch(process, ours, kill)
    watch.until_the_end()
    process.join()
    if process.exitcode != -signal.SIGKILL:
        return Ending(start.order, process.exitcode or 0)
    return Ending(start.order, -signal.SIGKILL, watch.inside[-1] if watch.inside else ELSEWHERE)


class _Watch:
    """Follows one process from phase to phase and kills it when its moment has come."""

    def __init__(self, process: ForkServerProcess, events: Connection, kill: Kill | None) -> None:
        self._process, self._events, self._kill = process, events, kill
        self._entries: Counter[str] = Counter()
        self._deadline = time.monotonic() + DEADLINE_SECONDS
        self._kill_at = math.inf
        if kill and kill.phase is None:
            self._kill_at = time.monotonic() + kill.delay
        self.inside: list[str] = []

    def until_the_end(self) -> None:
        """Return when the process is gone.

        Raises:
            StuckError: it outlived the deadline.
        """
        while self._hears():
            now = time.monotonic()
            if now >= self._kill_at:
                os.kill(self._process.pid or 0, signal.SIGKILL)
                self._kill_at = math.inf
            if now >= self._deadline:
                self._process.kill()
                msg = f"{self._process.pid} did not end within {DEADLINE_SECONDS:g} s: it is stuck"
                raise StuckError(msg)

    def _hears(self) -> bool:
        """Wait for the next event or moment; False where the process has ended and reported all."""
        seconds = max(0.0, min(self._kill_at, self._deadline) - time.monotonic())
        ready = wait([self._events, self._process.sentinel], seconds)
        if self._events not in ready:
            return not ready
        try:
            what, phase = self._events.recv()
        except (EOFError, OSError):  # cut off in the middle of a word
            return False
        self._note(what, phase)
        return True

    def _note(self, what: str, phase: str) -> None:
        if what == "leaves":
            self.inside.remove(phase)
            return
        self.inside.append(phase)
        self._entries[phase] += 1
        kill = self._kill
        if kill and kill.phase == phase and kill.entry == self._entries[phase]:
            self._kill_at = time.monotonic() + kill.delay
