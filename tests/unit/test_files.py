"""Small files hold all of what was written or all of what they held before."""

import errno
import os
import stat
from pathlib import Path

import pytest

from cin7_pipeline.files import write_atomic


def test_a_file_is_written_over_and_private_whatever_the_umask(tmp_path: Path) -> None:
    """The new content takes the place of the old, the user's alone, and nothing stays beside it."""
    note = tmp_path / "note"
    note.write_bytes(b"old and longer")
    earlier = os.umask(0)
    try:
        write_atomic(note, b"new")
    finally:
        os.umask(earlier)
    assert note.read_bytes() == b"new"
    assert stat.S_IMODE(note.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [note]


def test_a_write_that_fails_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, which shows when the draft is forced onto it, costs neither the old content nor space."""
    note = tmp_path / "note"
    write_atomic(note, b"old")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(note, b"new")
    assert note.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [note]
