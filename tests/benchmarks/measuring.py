"""What a way of doing something costs: a process of its own, in turns with the other ways, the median.

The operating system's own accounting of the finished process is used, so that imports, threads and the
clean-up at the end count. What is measured stands in the files beside this one.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

KILOBYTES_PER_MB = 1024
LAUNCHER = str(Path(__file__).with_name("launch.py"))


@dataclass(frozen=True)
class Cost:
    """CPU seconds (user and system), wall seconds and peak memory (MB) of a process with its children."""

    cpu: float
    wall: float
    peak_mb: float


@dataclass(frozen=True)
class Way:
    """A function as `module:name`, its module standing in this package, and what it is called with."""

    function: str
    arguments: tuple[str | int | Path, ...] = ()
    python: str = sys.executable

    @property
    def command(self) -> list[str]:
        """The process that runs it."""
        module = "tests.benchmarks.measuring"
        return [self.python, "-m", module, self.function, *map(str, self.arguments)]


@dataclass(frozen=True)
class Finding:
    """One row of the report: what was compared, the figures, and the target where there is one."""

    question: str
    figures: str
    target: str = ""
    is_met: bool | None = None


def costs(ways: Mapping[str, Way], *, rounds: int = 3) -> dict[str, Cost]:
    """The median cost of each way; they take turns, so that a machine that drifts hits all alike."""
    taken: dict[str, list[Cost]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            taken[name].append(cost(way.command))
    return {name: _median(each) for name, each in taken.items()}


def cost(command: list[str]) -> Cost:
    """What one run of a command costs.

    Raises:
        RuntimeError: it ended with another exit code than 0; its last words are in the message.
    """
    with tempfile.NamedTemporaryFile() as note:
        process = subprocess.run(  # noqa: S603
            [sys.executable, "-I", LAUNCHER, note.name, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
            check=False,
        )
        if process.returncode:
            last_words = process.stdout.decode()[-2000:]
            msg = f"{' '.join(command[2:])} ended with {process.returncode}:\n{last_words}"
            raise RuntimeError(msg)
        cpu, wall, kilobytes = json.load(note)
    return Cost(cpu, wall, kilobytes / KILOBYTES_PER_MB)


def _environment() -> dict[str, str]:
    """Ours, but compiled modules are kept as Python does by default: compiling is no part of a way."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _median(each: list[Cost]) -> Cost:
    columns = zip(*((one.cpu, one.wall, one.peak_mb) for one in each), strict=True)
    return Cost(*(statistics.median(column) for column in columns))


def main(function: str, *arguments: str) -> None:
    """Run one way in this process."""
    module, name = function.split(":")
    getattr(import_module(f"tests.benchmarks.{module}"), name)(*arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
