"""This module writes small files whole and gives files and folders their modes.

What is published can be read by everybody, all else by its user alone. Files that a library makes when it
pleases, such as DuckDB's log, follow the umask of the process: entry points close it (`runtime.configure`),
and a program that imports this library sets its own.
"""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
PUBLIC_FILE, PUBLIC_FOLDER = 0o444, 0o755


def private_file(path: Path) -> None:
    """Create the file where it is missing, and close it to everybody but its user."""
    path.touch(PRIVATE_FILE)
    set_mode(path, PRIVATE_FILE)


def private_folder(path: Path) -> None:
    """Create the folder where it is missing, and close it to everybody but its user."""
    public_folder(path.parent)
    path.mkdir(PRIVATE_FOLDER, exist_ok=True)
    set_mode(path, PRIVATE_FOLDER)


def public_folder(path: Path) -> None:
    """Create the folder and those above it, world-readable; leave the mode of an existing one alone."""
    if not path.exists():
        public_folder(path.parent)
        path.mkdir(exist_ok=True)
        set_mode(path, PUBLIC_FOLDER)


def set_mode(path: Path, mode: int) -> None:
    """Change the mode where it differs; ignore a disk that takes none and a file of another user."""
    if path.stat().st_mode & 0o777 != mode:
        with suppress(OSError):
            path.chmod(mode)


def write_atomic(path: Path, content: bytes) -> None:
    """Replace the file by one with this content, on the disk and private; its folder must exist.

    Several processes may write at once: each writes a draft of its own, and the last to rename wins.
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
