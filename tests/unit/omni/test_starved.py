"""The limits of Cin7 on a machine without time: what counts is when its server gets a call."""

import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from cin7_pipeline.sandbox.server.server import Limits, SandboxServer
from tests.unit.load.fake_account import NOW, Company

CALLS_EACH = 3
CALLER = """
import os, random, signal, sys
from pathlib import Path
from threading import Thread
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.rate_limit import Limits, RateLimiter

class Starved(Cin7Client):
    def _send(self, *arguments):
        if random.random() < 0.5:
            os.kill(os.getpid(), signal.SIGSTOP)
        return super()._send(*arguments)

address, path, calls = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
limiter = RateLimiter(path, "shared", Limits(per_second=3, per_minute=12, minute_seconds=5.2))
with Starved(
    base_url=address, username="sandbox", api_key="sandbox-key", rate_limiter=limiter
) as client:
    def call():
        for _ in range(calls):
            client.get("v1/Branches", {"rows": 1})
    threads = [Thread(target=call) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
"""


def give_time(processes: list[subprocess.Popen[bytes]]) -> None:
    """Let processes that have stopped go on, all at a moment, now and then, until all have ended."""
    while running := [each for each in processes if each.poll() is None]:
        time.sleep(0.7)
        for process in running:
            process.send_signal(signal.SIGCONT)


@pytest.mark.slow
def test_starved_processes_keep_to_the_limits_as_the_server_sees_them(tmp_path: Path) -> None:
    """However long a process is held up between its turn and its call, the server counts no call too many."""
    limits = Limits(per_second=3, per_minute=12, minute_seconds=5)
    opened = SandboxServer(Company(tmp_path), clock=lambda: NOW, limits=limits)
    with opened as server, ExitStack() as started:
        command = [sys.executable, "-c", CALLER, server.base_url]
        processes = [
            started.enter_context(
                subprocess.Popen([*command, str(tmp_path / "calls.sqlite"), str(CALLS_EACH)])  # noqa: S603
            )
            for _ in range(3)
        ]
        give_time(processes)
        requests = list(server.requests)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert [request.status for request in requests] == [200] * 6 * CALLS_EACH
    arrivals = sorted(request.arrived_at for request in requests)
    for limit, seconds in ((3, 1.0), (12, 5.0)):
        assert all(b - a >= seconds for a, b in zip(arrivals, arrivals[limit:], strict=False))
