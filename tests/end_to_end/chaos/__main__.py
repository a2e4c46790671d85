"""`python -m tests.end_to_end.chaos --seed 7 --days 40`: one account; without a seed, the long run.

The long run is what `make chaos` starts: several seeds, two at a time, and its figures in REPORT.md,
also where it is interrupted.
"""

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.end_to_end.chaos.account import open_account
from tests.end_to_end.chaos.counters import Counters
from tests.end_to_end.chaos.report import REPORT, write_report
from tests.end_to_end.chaos.schedule import Schedule

ACCOUNTS = 12
DAYS_OF_AN_ACCOUNT = 45
AT_ONCE = 2


def main() -> int:
    """Return 0 only where every compared row was right."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this account only")
    parser.add_argument(
        "--accounts", type=int, default=ACCOUNTS, help="seeds of the long run, from 1 on"
    )
    parser.add_argument("--days", type=int, default=DAYS_OF_AN_ACCOUNT, help="days of an account")
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="accounts side by side")
    parser.add_argument("--counts", type=Path, help="where the counters of one account go")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the figures go")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if asked.seed is not None:
        return run_account(asked.seed, asked.days, asked.counts)
    seeds = range(1, asked.accounts + 1)
    return LongRun(seeds, asked.days, asked.report, asked.at_once).run()


def run_account(seed: int, days: int, counts: Path | None) -> int:
    """Run one account; keep its counters after every day, and its folder if something is wrong.

    Returns 0 where every day was right.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    counters = Counters()
    with open_account(folder, seed) as account:
        try:
            for day in Schedule(account, seed, counters).days(days):
                say(
                    f"seed {seed}, day {day}: {counters.kills.total()} kills, {counters.rows:,} rows right"
                )
                counters.keep(counts)
        except KeyboardInterrupt:
            return 1
        except Exception as error:  # whatever it is, the report must not call this account right
            again = f"python -m tests.end_to_end.chaos --seed {seed} --days {counters.days}"
            counters.wrong.append(
                f"seed {seed}, day {counters.days} (`{again}`): {type(error).__name__}: {error}"
            )
            counters.keep(counts)
            say(f"{counters.wrong[-1]}\nEverything is in {folder}")
            return 1
    shutil.rmtree(folder)
    return 0


class LongRun:
    """Many accounts, some at a time, each in a process of its own; the report grows with every one."""

    def __init__(self, seeds: Sequence[int], days: int, report: Path, at_once: int) -> None:
        self._seeds, self._days, self._report = seeds, days, report
        self._at_once = at_once
        self._folder = Path(tempfile.mkdtemp(prefix="chaos-counters-"))
        self._processes: list[subprocess.Popen[bytes]] = []
        self._is_over = False

    def run(self) -> int:
        """Run all accounts; an interruption ends them and leaves the report of what was done."""
        codes = [1]
        with ThreadPoolExecutor(self._at_once) as pool:
            try:
                codes = list(pool.map(self._run_one, self._seeds))
            except KeyboardInterrupt:
                self._is_over = True
                for process in self._processes:
                    process.terminate()
        self._write()
        say(f"The figures are in {self._report}")
        return max(codes)

    def _run_one(self, seed: int) -> int:
        if self._is_over:
            return 1
        options = {"seed": seed, "days": self._days, "counts": self._folder / f"{seed:03d}.json"}
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "tests.end_to_end.chaos", *words]
        with subprocess.Popen(command) as process:  # noqa: S603
            self._processes.append(process)
            code = process.wait()
        self._write()
        return code

    def _write(self) -> None:
        all_counters = [Counters.read(path) for path in sorted(self._folder.glob("*.json"))]
        write_report(all_counters, len(self._seeds), self._days, self._report)


def say(sentence: str) -> None:
    """Print one line for whoever watches."""
    print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
