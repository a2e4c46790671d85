"""The rate limiter between real processes and threads: one pace, fair shares, nothing left stuck."""

import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from cin7_pipeline.account import rate_limiter_of
from cin7_pipeline.omni.rate_limit import Limits, RateLimiter
from cin7_pipeline.settings import Settings, load_settings
from tests.unit.omni.clock import send

CALLER = """
import sys, threading, time
from pathlib import Path
from cin7_pipeline.omni.rate_limit import RateLimiter, Limits

path, name, calls = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
rate_limiter = RateLimiter(path, "shared", Limits(per_second=5, per_minute=50))

def call():
    for _ in range(calls):
        with rate_limiter.turn():
            print(f"{name} {time.time():.6f}\\n", end="", flush=True)

print("ready", flush=True)
sys.stdin.readline()
threads = [threading.Thread(target=call) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""

KILLED_WHILE_WAITING = """
import os, signal, sys
from pathlib import Path
from cin7_pipeline.omni.rate_limit import RateLimiter, Limits

rate_limiter = RateLimiter(Path(sys.argv[1]), "shared", Limits(per_second=1),
                sleep=lambda _: os.kill(os.getpid(), signal.SIGKILL))
with rate_limiter.turn():
    pass
with rate_limiter.turn():
    pass
"""


def busiest(moments: list[float], seconds: float) -> int:
    """The most calls that any window of that length holds."""
    return max(sum(start <= moment < start + seconds for moment in moments) for start in moments)


def test_processes_and_threads_share_the_pace_fairly(tmp_path):
    """Three processes with two threads each keep to one limit together, and none is left behind."""
    command = [sys.executable, "-c", CALLER, str(tmp_path / "rate_limiter.db")]
    processes = [
        subprocess.Popen(  # noqa: S603
            [*command, name, "3"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for name in "abc"
    ]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    lines = sorted(
        (float(moment), name)
        for process in processes
        for name, moment in (line.split() for line in process.communicate()[0].splitlines())
    )
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert len(lines) == 18
    assert busiest([moment for moment, _ in lines], 1.0) <= 5
    first_half = Counter(name for _, name in lines[:12])
    # A machine that is short of time may start one of them late; none waits until the others are done.
    assert min(first_half[name] for name in "abc") >= 1


def test_a_killed_process_leaves_nothing_stuck(tmp_path):
    """The place that a killed process had booked passes by, and others go on."""
    path = tmp_path / "rate_limiter.db"
    killed = subprocess.run([sys.executable, "-c", KILLED_WHILE_WAITING, str(path)], check=False)  # noqa: S603
    assert killed.returncode == -9
    rate_limiter = RateLimiter(path, "shared", Limits(per_second=1))
    began = time.monotonic()
    send(rate_limiter)
    assert time.monotonic() - began < 4
    assert rate_limiter.used() == 3


def test_threads_of_one_process_never_book_the_same_place(tmp_path):
    """Many threads on one rate limiter are counted one by one."""
    rate_limiter = RateLimiter(
        tmp_path / "b.db", "shared", Limits(per_second=10_000, per_minute=10_000)
    )
    threads = [
        threading.Thread(target=lambda: [send(rate_limiter) for _ in range(5)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert rate_limiter.used() == 40


CALLING_UNTIL_KILLED = """
import sys, threading
from pathlib import Path
from cin7_pipeline.omni.rate_limit import RateLimiter, Limits

rate_limiter = RateLimiter(Path(sys.argv[1]), "shared", Limits(per_second=20, per_minute=10_000))

def call():
    while True:
        with rate_limiter.turn():
            print("call\\n", end="", flush=True)

for _ in range(3):
    threading.Thread(target=call).start()
"""


def test_kills_at_any_moment_lose_no_call_and_damage_nothing(tmp_path):
    """Every call that a killed process made is counted, and at most one place a thread beside them."""
    path = tmp_path / "rate_limiter.db"
    calls, places = 0, 0
    for seconds in (0.01, 0.13, 0.3, 0.55):
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", CALLING_UNTIL_KILLED, str(path)],
            stdout=subprocess.PIPE,
            text=True,
        )
        calls += process.stdout.readline() == "call\n"
        time.sleep(seconds)
        process.kill()
        calls += process.communicate()[0].count("call")
        places += 3
    rate_limiter = RateLimiter(path, "shared", Limits(per_second=20, per_minute=10_000))
    assert calls > 12
    assert calls <= rate_limiter.used() <= calls + places
    send(rate_limiter)  # refused where the file was damaged


def own_account(folder: Path) -> Settings:
    """The settings of one real account in a data folder."""
    return load_settings(username="me", api_key="k", time_zone="UTC", data_dir=folder)


def test_two_data_folders_with_one_key_share_its_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is the key's: whichever folder a process works in, it counts in the same place."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    one, other = (rate_limiter_of(own_account(tmp_path / name)) for name in "ab")
    with one.turn(), other.turn():
        pass
    assert (one.used(), other.used()) == (2, 2)
    assert (tmp_path / "home" / "cin7-pipeline").stat().st_mode & 0o777 == 0o700


def test_without_a_state_folder_of_the_user_the_data_folder_counts_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a container whose home cannot be written to calls are still counted, and a person is told where."""
    (tmp_path / "home").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    settings = own_account(tmp_path / "a")
    with rate_limiter_of(settings).turn():
        pass
    assert settings.calls_path == tmp_path / "a" / "state" / "calls.sqlite"
    assert settings.calls_path.exists()
    assert any("set XDG_STATE_HOME" in each for each in settings.warnings())
