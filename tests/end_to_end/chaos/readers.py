"""This module keeps releases open: whatever happens, a reader sees the same rows until it closes."""

import random
from dataclasses import dataclass, field
from typing import Any

import duckdb

from tests.end_to_end.chaos.account import Account
from tests.end_to_end.chaos.checks import WrongError
from tests.end_to_end.chaos.counters import Counters

WATCHED = ("sales_lines", "inventory", "replenishments", "lead_times", "sync_coverage")
LOOK = " union all ".join(
    f"select '{table}', count(*), bit_xor(hash(row)) from (select t as row from planning.{table} as t)"
    for table in WATCHED
)


@dataclass
class Reader:
    """One open connection and what it showed when it was opened."""

    connection: duckdb.DuckDBPyConnection
    saw: list[tuple[Any, ...]]


@dataclass
class Readers:
    """The readers that have a release open."""

    account: Account
    counters: Counters
    here: list[Reader] = field(default_factory=list)

    def run_day(self, dice: random.Random) -> None:
        """Let every reader look again, close some, and perhaps open one."""
        for reader in list(self.here):
            self._look(reader)
            if dice.random() < 0.25:
                self.here.remove(reader)
                reader.connection.close()
        link = self.account.settings.published_path
        if link.exists() and dice.random() < 0.5:
            connection = duckdb.connect(str(link.resolve()), read_only=True)
            self.here.append(Reader(connection, connection.execute(LOOK).fetchall()))
            self.counters.readers += 1

    def _look(self, reader: Reader) -> None:
        self.counters.looks_of_readers += 1
        sees = reader.connection.execute(LOOK).fetchall()
        if sorted(sees) != sorted(reader.saw):
            msg = f"a reader of an earlier release saw {reader.saw} and sees {sees}"
            raise WrongError(msg)

    def leave(self) -> None:
        """Close all readers."""
        for reader in self.here:
            reader.connection.close()
        self.here.clear()
