"""`python -m tests.end_to_end.chaos --seed 7 --days 40`: one walk; without a seed, the long run.

The long run is what `make torture` starts: several seeds, two at a time, and its figures in REPORT.md,
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
from tests.end_to_end.chaos.counters import Tally
from tests.end_to_end.chaos.report import REPORT, write_report
from tests.end_to_end.chaos.schedule import Walk

LIVES = 12
DAYS_OF_A_LIFE = 45
AT_ONCE = 2


def main() -> int:
    """Exit code 0 only where every row of every settlement was right."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--seed", type=int, help="walk through this life only")
    parser.add_argument("--lives", type=int, default=LIVES, help="seeds of the long run, from 1 on")
    parser.add_argument("--days", type=int, default=DAYS_OF_A_LIFE, help="days of a life")
    parser.add_argument("--counts", type=Path, help="where one walk keeps its counts")
    parser.add_argument("--report", type=Path, default=REPORT, help="where the figures go")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if asked.seed is not None:
        return walk(asked.seed, asked.days, asked.counts)
    return LongRun(range(1, asked.lives + 1), asked.days, asked.report).run()


def walk(seed: int, days: int, counts: Path | None) -> int:
    """Walk through one life; its counts are kept after every day, and its folder if it goes wrong."""
    folder = Path(tempfile.mkdtemp(prefix=f"torture-{seed}-"))
    tally = Tally()
    with open_account(folder, seed) as account:
        try:
            for day in Walk(account, seed, tally).days(days):
                say(
                    f"seed {seed}, day {day}: {tally.kills.total()} kills, {tally.rows:,} rows right"
                )
                tally.keep(counts)
        except KeyboardInterrupt:
            return 1
        except Exception as error:  # whatever it is, the report must not call this life a good one
            again = f"python -m tests.end_to_end.chaos --seed {seed} --days {tally.days}"
            tally.wrong.append(
                f"seed {seed}, day {tally.days} (`{again}`): {type(error).__name__}: {error}"
            )
            tally.keep(counts)
            say(f"{tally.wrong[-1]}\nEverything is in {folder}")
            return 1
    shutil.rmtree(folder)
    return 0


class LongRun:
    """Many lives, two at a time, each in a process of its own; the report grows with every one."""

    def __init__(self, seeds: Sequence[int], days: int, report: Path) -> None:
        self._seeds, self._days, self._report = seeds, days, report
        self._folder = Path(tempfile.mkdtemp(prefix="torture-counts-"))
        self._walks: list[subprocess.Popen[bytes]] = []
        self._is_over = False

    def run(self) -> int:
        """Walk through all lives; an interruption ends them and leaves the report of what was done."""
        codes = [1]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            try:
                codes = list(pool.map(self._walk, self._seeds))
            except KeyboardInterrupt:
                self._is_over = True
                for process in self._walks:
                    process.terminate()
        self._write()
        say(f"The figures are in {self._report}")
        return max(codes)

    def _walk(self, seed: int) -> int:
        if self._is_over:
            return 1
        options = {"seed": seed, "days": self._days, "counts": self._folder / f"{seed:03d}.json"}
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "tests.end_to_end.chaos", *words]
        with subprocess.Popen(command) as process:  # noqa: S603
            self._walks.append(process)
            code = process.wait()
        self._write()
        return code

    def _write(self) -> None:
        tallies = [Tally.read(path) for path in sorted(self._folder.glob("*.json"))]
        write_report(tallies, len(self._seeds), self._days, self._report)


def say(sentence: str) -> None:
    """One line for whoever watches."""
    print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
