"""This module writes the figures of the long run as REPORT.md."""

import os
import platform
import subprocess
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.end_to_end.chaos.counters import Counters

REPORT = Path(__file__).with_name("REPORT.md")
HEAD = """# Chaos run: report

Written by `make chaos`; do not edit. What is done on a day is in `sabotage.py`, what must hold after it in
`checks.py`.

{when}, commit {commit}, {machine}: {verdict}
"""


def write_report(all_counters: Sequence[Counters], accounts: int, days: int, path: Path) -> None:
    """Add up the counters so far, of so many accounts of so many days, and write the report."""
    total = Counters()
    for counters in all_counters:
        total.add(counters)
    head = HEAD.format(
        when=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        commit=_commit(),
        machine=f"{os.cpu_count()} cores, Python {platform.python_version()}",
        verdict=_verdict(total, accounts * days),
    )
    parts = [head, _figures(total, len(all_counters))]
    parts += [
        _counts("Troubles, by the days they came on", total.troubles),
        _counts("Kills, by the phase the run was in", total.kills),
        _counts("Runs, by how they ended", total.runs),
        _counts("Calls that failed on purpose, by how", total.failures),
        _counts("Answers of the sandbox, by status (0: none at all)", total.answers),
    ]
    if total.wrong:
        parts.append(
            "## Wrong\n\n" + "\n\n".join(f"```\n{each}\n```" for each in total.wrong) + "\n"
        )
    path.write_text("\n".join(parts), encoding="utf-8")


def _verdict(total: Counters, planned_days: int) -> str:
    if total.wrong:
        return "**something was wrong**, see the end."
    if total.days < planned_days:
        return f"ended after {total.days} of {planned_days} days; nothing was wrong until then."
    return "no row was wrong, missing or doubled."


def _figures(total: Counters, accounts: int) -> str:
    figures = {
        "accounts (seeds)": accounts,
        "days": total.days,
        "days with at least one trouble": total.faulted_days,
        "runs": total.runs.total(),
        "runs killed (SIGKILL)": total.kills.total(),
        "calls answered by the sandbox": total.calls,
        "settlements: every compared table is as expected": total.settlements,
        "tables compared": total.tables,
        "rows compared": total.rows,
        "days after which the published release was found whole": total.releases_checked,
        "readers who held a release open": total.readers,
        "their looks at it later, all the same": total.looks_of_readers,
        "minutes, all accounts together": round(total.seconds / 60),
    }
    return _table("What", figures)


def _counts(title: str, counts: Counter[str]) -> str:
    return f"## {title}\n\n" + _table("", dict(counts.most_common()))


def _table(head: str, figures: dict[str, int]) -> str:
    rows = [f"| {what} | {count:,} |" for what, count in figures.items()]
    return "\n".join([f"| {head} | |", "|---|---:|", *rows, ""])


def _commit() -> str:
    """Return the commit that was tested; `+` where files differ from it."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"],  # noqa: S607 - whichever git there is
        cwd=REPORT.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "unknown"
