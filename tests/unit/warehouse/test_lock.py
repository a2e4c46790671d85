"""One run at a time across processes, whatever happens to the one that holds the lock."""

import os
import signal
import time

import pytest

from cin7_pipeline.warehouse import lock as lock_module
from cin7_pipeline.warehouse.lock import is_free, run_lock

HOLD = """
import pathlib, sys
from cin7_pipeline.warehouse.lock import run_lock
with run_lock(pathlib.Path({path!r}), "nightly sync", print):
    print("held")
    sys.stdin.readline()
"""

COUNT = """
import pathlib, time
from cin7_pipeline.warehouse.lock import run_lock
print("started")
counter = pathlib.Path({counter!r})
for _ in range(10):
    with run_lock(pathlib.Path({path!r}), "count", lambda _: None):
        value = int(counter.read_text())
        time.sleep(0.005)
        counter.write_text(str(value + 1))
"""


@pytest.fixture
def path(tmp_path):
    """Where the lock is."""
    return tmp_path / "data" / "run.lock"


class LockHeld(Exception):
    """Somebody else has the lock; the text says who."""


def refuse(sentence):
    """Wait for nobody."""
    raise LockHeld(sentence)


def try_lock(path, on_wait=refuse):
    """Take the lock and let it go again."""
    with run_lock(path, "test", on_wait):
        return True


def test_a_held_lock_names_its_holder(path, start):
    """Who has to wait is told what runs, in which process and since when."""
    process = start(HOLD.format(path=str(path)))
    assert process.first_line == "held"
    with pytest.raises(LockHeld, match=rf"nightly sync \(PID {process.pid}, since 2.* UTC\)"):
        try_lock(path)


def test_a_run_queues_until_the_holder_ends(path, start):
    """A waiting run is told so once and starts when the other one ends."""
    process = start(HOLD.format(path=str(path)))
    told = []

    def end_the_other(sentence):
        told.append(sentence)
        process.stdin.write("\n")
        process.stdin.flush()

    assert try_lock(path, end_the_other)
    assert len(told) == 1
    assert told[0].startswith("Waiting for another run to end: nightly sync (PID ")


def test_a_waiting_run_says_so_again(path, start, monkeypatch):
    """A long wait is reported at once and then again and again."""
    monkeypatch.setattr(lock_module, "REMIND_SECONDS", 0.2)
    start(HOLD.format(path=str(path)))
    told = []

    def wait_twice(sentence):
        told.append(sentence)
        if len(told) > 2:
            refuse(sentence)

    with pytest.raises(LockHeld):
        try_lock(path, wait_twice)


def test_a_killed_holder_frees_the_lock(path, start):
    """After SIGKILL the next run starts at once, though the dead one's note is still there."""
    process = start(HOLD.format(path=str(path)))
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert path.with_name("run.lock.holder.json").exists()
    started = time.monotonic()
    assert try_lock(path)
    assert time.monotonic() - started < 1


def test_a_failed_run_frees_the_lock(path):
    """An error inside the block releases the lock and takes the note away."""
    with (
        pytest.raises(ZeroDivisionError),
        run_lock(path, "test", print),
    ):
        raise ZeroDivisionError
    assert not path.with_name("run.lock.holder.json").exists()
    assert try_lock(path)


def test_two_runs_of_one_process_queue_as_well(path):
    """The lock is not re-entrant: a second run in the same process waits like any other."""
    with (
        run_lock(path, "first", print),
        pytest.raises(LockHeld, match=f"first .PID {os.getpid()}"),
    ):
        try_lock(path)


def test_processes_never_overlap(path, start, tmp_path):
    """Three processes that add one to a file, ten times each, lose no addition."""
    counter = tmp_path / "counter"
    counter.write_text("0")
    program = COUNT.format(path=str(path), counter=str(counter))
    for process in [start(program) for _ in range(3)]:
        assert process.wait(timeout=60) == 0
    assert counter.read_text() == "30"


def test_a_free_lock_is_told_from_a_held_one(path, start):
    """Whether anybody runs can be asked without disturbing who does."""
    assert is_free(path)
    process = start(HOLD.format(path=str(path)))
    assert not is_free(path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert is_free(path)
