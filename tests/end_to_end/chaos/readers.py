"""People who keep a release open: whatever happens meanwhile, they see the same rows until they leave."""

import random
from dataclasses import dataclass, field
from typing import Any

import duckdb

from tests.end_to_end.chaos.account import Account
from tests.end_to_end.chaos.checks import WrongError
from tests.end_to_end.chaos.counters import Tally

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
    """Those who have a release open at the moment."""

    account: Account
    tally: Tally
    here: list[Reader] = field(default_factory=list)

    def live(self, dice: random.Random) -> None:
        """A day: everybody looks, some leave, perhaps somebody comes."""
        for reader in list(self.here):
            self._look(reader)
            if dice.random() < 0.25:
                self.here.remove(reader)
                reader.connection.close()
        link = self.account.settings.published_path
        if link.exists() and dice.random() < 0.5:
            connection = duckdb.connect(str(link.resolve()), read_only=True)
            self.here.append(Reader(connection, connection.execute(LOOK).fetchall()))
            self.tally.readers += 1

    def _look(self, reader: Reader) -> None:
        self.tally.looks_of_readers += 1
        sees = reader.connection.execute(LOOK).fetchall()
        if sorted(sees) != sorted(reader.saw):
            msg = f"a reader of an earlier release saw {reader.saw} and sees {sees}"
            raise WrongError(msg)

    def leave(self) -> None:
        """Everybody closes."""
        for reader in self.here:
            reader.connection.close()
        self.here.clear()
