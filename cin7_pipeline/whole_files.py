"""Files that hold all of what was written or all of what they held before, whatever kills us meanwhile.

For notes of a few bytes; how a release is written is told in `warehouse/release_files`.
"""

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """The file holds `content`, on the disk, and is the user's alone; its folder must be there.

    Several may write at once: each writes beside, and the last to rename wins.
    """
    descriptor, name = tempfile.mkstemp(".tmp", f"{path.name}.", path.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        make_durable(draft)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    make_durable(path.parent)


def make_durable(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
