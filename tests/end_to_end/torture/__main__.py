"""`python -m tests.end_to_end.torture --seed 7 --days 40`: one walk; without a seed, the long run.

The long run is what `make torture` starts: several seeds, two at a time, and its figures in REPORT.md,
also where it is interrupted.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.end_to_end.torture.account import open_account
from tests.end_to_end.torture.report import REPORT, write_report
from tests.end_to_end.torture.tally import Tally
from tests.end_to_end.torture.walk import Walk

SEEDS = range(1, 13)
DAYS_OF_A_SEED = 45
AT_ONCE = 2


def main() -> int:
    """Exit code 0 only where every row of every settlement was right."""
    parser = argparse.ArgumentParser(prog="torture", description=__doc__)
    parser.add_argument("--seed", type=int, help="walk through this life only")
    parser.add_argument("--seeds", type=int, default=len(SEEDS), help="lives of the long run")
    parser.add_argument("--days", type=int, default=DAYS_OF_A_SEED, help="days of a life")
    parser.add_argument("--counts", type=Path, help="where to keep the counts of the walk")
    asked = parser.parse_args()
    if asked.seed is not None:
        return walk(asked.seed, asked.days, asked.counts)
    return long_run(range(1, asked.seeds + 1), asked.days)


def walk(seed: int, days: int, counts: Path | None) -> int:
    """Walk through one life; what it counted is kept after every day, and its folder if it went wrong."""
    folder = Path(tempfile.mkdtemp(prefix=f"torture-{seed}-"))
    tally = Tally()
    with open_account(folder, seed) as account:
        try:
            for day in Walk(account, seed, tally).days(days):
                say(
                    f"seed {seed}, day {day}: {tally.kills.total()} kills, {tally.rows:,} rows right"
                )
                tally.keep(counts)
        except AssertionError as error:
            again = f"python -m tests.end_to_end.torture --seed {seed} --days {tally.days}"
            tally.wrong.append(f"seed {seed}, day {tally.days} (`{again}`): {error}")
            tally.keep(counts)
            say(f"{tally.wrong[-1]}\nEverything is in {folder}")
            return 1
    shutil.rmtree(folder)
    return 0


def long_run(seeds: Iterable[int], days: int) -> int:
    """Many lives, two at a time; the report is written whatever ends it."""
    with tempfile.TemporaryDirectory(prefix="torture-counts-") as name:
        folder = Path(name)
        pool = ThreadPoolExecutor(AT_ONCE)
        walks = [pool.submit(_walk_apart, seed, days, folder) for seed in seeds]
        try:
            codes = [walk.result() for walk in walks]
        except KeyboardInterrupt:
            codes = [1]
            pool.shutdown(cancel_futures=True)
        finally:
            tallies = [Tally.read(path) for path in sorted(folder.glob("*.json"))]
            write_report(tallies, days)
            say(f"The figures are in {REPORT}")
    return max(codes)


def _walk_apart(seed: int, days: int, folder: Path) -> int:
    """One walk in a process of its own, so that each has a core."""
    module = "tests.end_to_end.torture"
    counts = folder / f"{seed:03d}.json"
    options = ("--seed", f"{seed}", "--days", f"{days}", "--counts", f"{counts}")
    return subprocess.run([sys.executable, "-m", module, *options], check=False).returncode  # noqa: S603


def say(sentence: str) -> None:
    """One line for whoever watches."""
    print(sentence, flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
