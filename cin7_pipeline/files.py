"""Files and folders: who may read them, and writes that are whole or did not happen."""

import os
import tempfile
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


def write_atomic(path: Path, content: bytes) -> None:
    """The file holds `content`, on the disk, and is the user's alone; its folder must be there.

    Several may write at once: each writes beside, and the last to rename wins.
    """
    descriptor, name = tempfile.mkstemp(".tmp", f"{path.name}.", path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        fsync(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    fsync(path.parent)


def fsync(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
