"""Who may read the files of the data folder, whatever the umask says: made so, not mended afterwards.

What the pipeline works with is its user's alone; what it publishes is for everybody on the machine.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
PUBLIC_FILE, PUBLIC_FOLDER = 0o444, 0o755
PRIVATE_MASK = 0o077


class _PrivateMask:
    """The process's umask, which all threads share: closed while at least one of them asks for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._earlier = 0

    def enter(self) -> None:
        with self._lock:
            if self._users == 0:
                self._earlier = os.umask(PRIVATE_MASK)
            self._users += 1

    def leave(self) -> None:
        with self._lock:
            self._users -= 1
            if self._users == 0:
                os.umask(self._earlier)


_mask = _PrivateMask()


@contextmanager
def private_files() -> Iterator[None]:
    """Every file and folder made while the block lasts is the user's alone.

    For libraries that make files when they please and take no mode, such as DuckDB its log.
    """
    _mask.enter()
    try:
        yield
    finally:
        _mask.leave()


def private_file(path: Path) -> None:
    """The file is there, empty where it was not, and the user's alone."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, PRIVATE_FILE))
    set_mode(path, PRIVATE_FILE)


def private_folder(path: Path) -> None:
    """The folder is there and the user's alone; the one around it is for everybody where it is new."""
    public_folder(path.parent)
    path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    set_mode(path, PRIVATE_FOLDER)


def public_folder(path: Path) -> None:
    """The folder is there, made so that everybody may look into it; who closes it later, keeps it closed."""
    if not path.exists():
        path.mkdir(parents=True, exist_ok=True)
        set_mode(path, PUBLIC_FOLDER)


def set_mode(path: Path, mode: int) -> None:
    """Give a file or folder its mode; one of another user, or of a disk that takes none, stays as it is."""
    if path.stat().st_mode & 0o777 != mode:
        with suppress(OSError):
            path.chmod(mode)
