"""Other processes: what they do, and how the test knows that they do it."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

Start = Callable[[str], subprocess.Popen]


@pytest.fixture
def start() -> Iterator[Start]:
    """Run a Python program as another process and return once it printed its first line."""
    processes: list[subprocess.Popen] = []

    def run(program: str) -> subprocess.Popen:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-u", "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        process.first_line = process.stdout.readline().strip()
        return process

    yield run
    for process in processes:
        process.kill()
        process.communicate()
