"""This module counts what was done and found, and adds it up over several accounts for the report."""

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from tests.end_to_end.chaos.processes import Ending


@dataclass
class Counters:
    """Counts of one or several accounts; `wrong` says where one of them ended badly."""

    days: int = 0
    faulted_days: int = 0
    settlements: int = 0
    tables: int = 0
    rows: int = 0
    calls: int = 0
    releases_checked: int = 0
    readers: int = 0
    looks_of_readers: int = 0
    seconds: float = 0.0
    troubles: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def note(self, ending: Ending) -> None:
        """Count how a run ended."""
        how = "killed" if ending.killed_in else f"exit code {ending.exit_code}"
        self.runs[f"{ending.order.name}: {how}"] += 1
        if ending.killed_in:
            self.kills[ending.killed_in] += 1

    def add(self, other: "Counters") -> None:
        """Add what another account counted."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))

    def keep(self, path: Path | None) -> None:
        """Write the counters into a file, whole or not at all."""
        if path is None:
            return
        draft = path.with_suffix(".tmp")
        draft.write_text(json.dumps(vars(self)))
        draft.replace(path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return counters that were kept."""
        kept = json.loads(path.read_text())
        return cls(**{n: Counter(v) if isinstance(v, dict) else v for n, v in kept.items()})
