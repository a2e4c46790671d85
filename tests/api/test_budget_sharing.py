"""The budget between real processes and threads: one pace, fair shares, nothing left stuck."""

import subprocess
import sys
import threading
import time
from collections import Counter

from cin7_pipeline.api.budget import Budget, Limits

CALLER = """
import sys, threading, time
from pathlib import Path
from cin7_pipeline.api.budget import Budget, Limits

path, name, start, calls = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
budget = Budget(path, "shared", Limits(per_second=5, per_minute=50))

def call():
    for _ in range(calls):
        budget.take()
        print(f"{name} {time.time():.6f}\\n", end="", flush=True)

time.sleep(max(start - time.time(), 0))
threads = [threading.Thread(target=call) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""

KILLED_WHILE_WAITING = """
import os, signal, sys
from pathlib import Path
from cin7_pipeline.api.budget import Budget, Limits

budget = Budget(Path(sys.argv[1]), "shared", Limits(per_second=1),
                sleep=lambda _: os.kill(os.getpid(), signal.SIGKILL))
budget.take()
budget.take()
"""


def busiest(moments: list[float], seconds: float) -> int:
    """The most calls that any window of that length holds."""
    return max(sum(start <= moment < start + seconds for moment in moments) for start in moments)


def test_processes_and_threads_share_the_pace_fairly(tmp_path):
    """Three processes with two threads each keep to one limit together, and none is left behind."""
    start = time.time() + 1
    arguments = [sys.executable, "-c", CALLER, str(tmp_path / "budget.db")]
    processes = [
        subprocess.Popen([*arguments, name, str(start), "3"], stdout=subprocess.PIPE, text=True)  # noqa: S603
        for name in "abc"
    ]
    lines = sorted(
        (float(moment), name)
        for process in processes
        for name, moment in (line.split() for line in process.communicate()[0].splitlines())
    )
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(lines) == 18
    assert busiest([moment for moment, _ in lines], 1.0) <= 5
    first_half = Counter(name for _, name in lines[:12])
    assert min(first_half[name] for name in "abc") >= 2


def test_a_killed_process_leaves_nothing_stuck(tmp_path):
    """The place that a killed process had booked passes by, and others go on."""
    path = tmp_path / "budget.db"
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WAITING, str(path)], check=False)  # noqa: S603
    assert killed.returncode == -9
    budget = Budget(path, "shared", Limits(per_second=1))
    began = time.monotonic()
    budget.take()
    assert time.monotonic() - began < 4
    assert budget.used() == 3


def test_threads_of_one_process_never_book_the_same_place(tmp_path):
    """Many threads on one budget are counted one by one."""
    budget = Budget(tmp_path / "b.db", "shared", Limits(per_second=10_000, per_minute=10_000))
    threads = [threading.Thread(target=lambda: [budget.take() for _ in range(5)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert budget.used() == 40
