"""Dagster's own event log in SQLite, with its databases kept open from one event to the next.

Dagster opens and closes two databases for each event, and a run over 90 day partitions has 3,500 of them:
kept open, the same run takes half of the CPU. `data/dagster_home/dagster.yaml` names this class; an instance
that keeps its history elsewhere, such as in Postgres, does without it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from dagster import StringSource
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine


class KeptOpenEventLog(SqliteEventLogStorage):
    """The event log of a Dagster home, in the very files that Dagster would keep by itself."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """`home`: the Dagster home."""
        return {"home": StringSource}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """The event log of the home that `dagster.yaml` names."""
        return cls(str(Path(config_value["home"]) / "history" / "runs"), inst_data)

    def wipe(self) -> None:
        """Dagster removes the files, so nothing may be written into them any more."""
        self._close_all()
        super().wipe()

    def dispose(self) -> None:
        """Nothing stays open behind an instance."""
        self._close_all()
        super().dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self._engine(shard).begin() as connection:
            yield connection

    def _engine(self, shard: str) -> Engine:
        """The index stays open, and of the runs' databases the one that was used last."""
        if shard not in self._engines:
            self._close(self._engines.keys() - {INDEX_SHARD_NAME})
            self._engines[shard] = create_engine(
                self.conn_string_for_shard(shard),
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS},
            )
        if shard not in self._initialized_dbs:
            self._initdb(self._engines[shard])
            self._initialized_dbs.add(shard)
        return self._engines[shard]

    def _close_all(self) -> None:
        with self._db_lock:
            self._close(set(self._engines))

    def _close(self, shards: set[str]) -> None:
        for shard in shards:
            self._engines.pop(shard).dispose()
