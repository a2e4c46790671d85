"""The environment of a test: a folder of its own, and no variable of ours that this machine may have."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch


@contextmanager
def bare_environment(folder: Path, **variables: str) -> Iterator[None]:
    """An empty folder as working folder, and no CIN7_ variable but these."""
    before = Path.cwd()
    others = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    os.chdir(folder)
    try:
        with patch.dict(os.environ, others | variables, clear=True):
            yield
    finally:
        os.chdir(before)
