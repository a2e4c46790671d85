"""`python -m tests.benchmarks [name …]`: measure, print, and write what was found into RESULTS.md.

Each benchmark is a module of this package with `findings(folder)`; without a name all run but those that
measure something else than the costs of one account.
"""

import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import version
from inspect import cleandoc
from pathlib import Path

from rich.console import Console

from cin7_pipeline.console import table_of
from tests.benchmarks.measuring import Finding

BENCHMARKS = ("rate_limit", "loading", "models", "start_up")
APART = ("replenishing", "stock_outs", "fleet")
RESULTS = Path(__file__).parent / "RESULTS.md"
COLUMNS = ["what", "measured", "target", "met"]
HEAD = """# What was measured

Written by `make bench`, each section by the last run of its benchmark; those behind `start_up` run only where
they are named (`make bench ONLY=fleet`). A section says how many rounds its figures are the median of. CPU is
user and system time of whole processes with imports.
"""


def main(names: list[str]) -> int:
    """Run the named benchmarks; 1 where a target was missed."""
    console = Console(width=150)
    table: list[list[str]] = []
    missed = 0
    for name in names or BENCHMARKS:
        module = import_module(f"tests.benchmarks.{name}")
        about, started = cleandoc(module.__doc__ or name), time.monotonic()
        with tempfile.TemporaryDirectory(prefix="cin7-bench-") as folder:
            found = list(_shown(module.findings(Path(folder)), console))
        _write(name, f"{about}\n\n{_circumstances(started)}", found)
        table += [[f"{name}:", "", "", ""], *map(_cells, found)]
        missed += sum(finding.is_met is False for finding in found)
    console.print(table_of("Written to RESULTS.md beside the benchmarks", COLUMNS, table))
    return min(missed, 1)


def _shown(findings: Iterator[Finding], console: Console) -> Iterator[Finding]:
    """The findings, each printed as it comes: some take minutes."""
    for finding in findings:
        console.print(f"  {' | '.join(_cells(finding))}", markup=False, highlight=False)
        yield finding


def _cells(finding: Finding) -> list[str]:
    met = {None: "", True: "yes", False: "no"}[finding.is_met]
    return [finding.question, finding.figures, finding.target, met]


def _write(name: str, about: str, found: list[Finding]) -> None:
    """Replace the benchmark's section of the results, and keep the others'."""
    text = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEAD
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL))
    rows = [f"| {' | '.join(cells)} |" for cells in (COLUMNS, ["---"] * 4, *map(_cells, found))]
    sections[name] = "\n".join(["", about, "", *rows])
    parts = [
        f"## {each}\n{sections[each].rstrip()}\n"
        for each in (*BENCHMARKS, *APART)
        if each in sections
    ]
    RESULTS.write_text("\n".join([HEAD, *parts]), encoding="utf-8")


def _circumstances(started: float) -> str:
    commit = ["git", "rev-parse", "--short", "HEAD"]
    revision = subprocess.run(commit, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "dlt", "dagster"))
    minutes = (time.monotonic() - started) / 60
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, in {minutes:.0f} minutes,"
        f" commit {revision or 'unknown'}, {os.cpu_count()} cores"
        f" under a load of {os.getloadavg()[2]:.0f},"
        f" Python {platform.python_version()}, {packages}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
