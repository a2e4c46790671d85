"""Measure each pair of ways in turns and print the medians and their ratio."""

import statistics
import sys
import time
from collections.abc import Callable

from rich.console import Console

from cin7_pipeline.display import table_of
from tests.bench.merging import merge_pairs
from tests.bench.reading import reading_pairs

ROUNDS = 3


def seconds(way: Callable[[], None]) -> float:
    """Wall time of one go."""
    started = time.perf_counter()
    way()
    return time.perf_counter() - started


def measure(question: str, ours: Callable[[], None], other: Callable[[], None]) -> list[object]:
    """Both ways in turns, so that a drifting machine hits both alike."""
    pairs = [(seconds(ours), seconds(other)) for _ in range(ROUNDS)]
    ratio = statistics.median(b / a for a, b in pairs)
    mine, others = (statistics.median(column) for column in zip(*pairs, strict=True))
    return [question, f"{mine:.2f}", f"{others:.2f}", f"{ratio:.1f} ×"]


def main() -> int:
    """Print one table."""
    rows = []
    for make_pairs in (merge_pairs, reading_pairs):
        with make_pairs() as pairs:
            rows += [measure(*pair) for pair in pairs]
    columns = ["what", "ours, s", "the other way, s", "the other way takes"]
    Console(width=130).print(table_of(f"Medians of {ROUNDS} rounds, in turns", columns, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
