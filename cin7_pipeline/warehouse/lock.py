"""This module lets one pipeline run at a time go on, across processes: the others queue and say for whom.

The operating system drops the lock with the process that holds it, so a killed run blocks nobody.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cin7_pipeline.files import PRIVATE_FILE, private_folder, write_atomic

POLL_SECONDS = 0.1
REMIND_SECONDS = 30.0


@contextmanager
def run_lock(path: Path, holder: str, on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock for the length of the block; wait for it as long as it takes.

    `holder` says what is being run, and is written into `<path>.holder.json`. While another run holds the
    lock, `on_wait` gets a sentence at once and every 30 seconds; what it raises ends the wait.
    """
    private_folder(path.parent)
    lock, note = _file_lock(path), _holder_file(path)
    timeout = 0.0
    while not lock.is_locked:
        try:
            lock.acquire(timeout=timeout)
        except Timeout:
            on_wait(f"Waiting for another run to end: {_holder(path)}")
            timeout = REMIND_SECONDS
    try:
        facts = {"pid": os.getpid(), "holder": holder, "since": datetime.now(UTC).isoformat()}
        write_atomic(note, json.dumps(facts).encode())
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def is_free(path: Path) -> bool:
    """Return whether nobody holds the lock at this moment."""
    if not path.exists():
        return True
    try:
        with _file_lock(path).acquire(timeout=0):
            return True
    except Timeout:
        return False


def _file_lock(path: Path) -> FileLock:
    return FileLock(path, mode=PRIVATE_FILE, thread_local=False, poll_interval=POLL_SECONDS)


def _holder_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder.json")


def _holder(path: Path) -> str:
    """Describe who holds the lock; a run that has just begun has not written it yet."""
    try:
        facts = json.loads(_holder_file(path).read_text(encoding="utf-8"))
        since = datetime.fromisoformat(facts["since"])
        return f"{facts['holder']} (PID {facts['pid']}, since {since:%Y-%m-%d %H:%M:%S} UTC)"
    except (OSError, ValueError, KeyError):
        return "one that has just begun"
