"""This module keeps whose data a warehouse holds, read under which settings, and when it was last written.

It refuses what does not fit, before anything is read, built or published: another account, another time
zone or price tier, a clock that went backwards, a fixed time where the account lives in the present.
"""

from datetime import UTC, datetime, timedelta

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import transaction

# Clocks are corrected by seconds all the time; what lies further back is another clock.
CLOCK_TOLERANCE = timedelta(minutes=5)
# The columns of raw that a read fills by its own clock; Cin7's times are not among them.
WRITTEN_TIMES = """
    select table_name, column_name from duckdb_columns()
    where schema_name = 'raw' and column_name in (
        'read_at', 'deleted_at', 'started_at', 'finished_at', 'complete_until',
        'failing_since', 'failed_at', 'first_seen_at', 'last_seen_at'
    )
"""
# Of what was seen later of one field the last change stays; its time is part of the key.
FORGET_LATER_CHANGES = """
    insert into raw.document_changes
    select * replace ($now as seen_at) from raw.document_changes where seen_at > $now
    qualify row_number() over (partition by entity, document_id, line_id, field order by seen_at desc) = 1
    on conflict do nothing
"""


def require_owner(
    connection: DuckDBPyConnection, settings: Settings, *, may_be_new: bool = False
) -> None:
    """Refuse a warehouse that was read for another account or under other settings than these.

    The first read (`may_be_new`) writes down the account and what its tables depend on from then on; what
    an earlier version, or `forget_settings`, left out is added.

    Raises:
        SettingsError: says what stands there and what to do; nothing was changed.
    """
    present = (settings.account_id, settings.time_zone, settings.price_tier)
    row = connection.execute("select owner, time_zone, price_tier from raw.sync_owner").fetchone()
    if row is None:
        if may_be_new:
            insert = "insert into raw.sync_owner (owner, time_zone, price_tier) values (?, ?, ?)"
            connection.execute(insert, present)
        return
    if row[0] not in settings.account_ids:
        found = "the sandbox's data" if row[0] == "sandbox" else "another account's data"
        msg = (
            f"{settings.data_dir} holds {found}, and two accounts are never mixed: give the username and"
            " key that it was read with, or set CIN7_DATA_DIR to another folder"
        )
        raise SettingsError(msg)
    for name, was, now in zip(("TIME_ZONE", "PRICE_TIER"), row[1:], present[1:], strict=True):
        if was not in (None, now):
            msg = (
                f"{settings.data_dir} was read with CIN7_{name}={was} and not {now}: set that again, or, if"
                f" it is to be {now} from now on, run `cin7 forget settings` first"
            )
            raise SettingsError(msg)
    if row != present:
        update = "update raw.sync_owner set owner = ?, time_zone = ?, price_tier = ?"
        connection.execute(update, present)


def forget_settings(connection: DuckDBPyConnection) -> None:
    """Let the next read or build write down the time zone and the price tier anew."""
    connection.execute("update raw.sync_owner set time_zone = null, price_tier = null")


def require_present(connection: DuckDBPyConnection, settings: Settings) -> None:
    """Refuse to read at a time that is not the present: what is written then could never be read again.

    Raises:
        SettingsError: CIN7_AS_OF fixes the time of a real account, or the clock went backwards.
    """
    if settings.as_of and not settings.uses_simulated_account:
        msg = (
            f"CIN7_AS_OF fixes the time at {_shown(settings.as_of)}, and Cin7 only tells of the present:"
            " nothing was read. Take CIN7_AS_OF away to read; `cin7 build` and `cin7 publish` may use it"
        )
        raise SettingsError(msg)
    require_clock(connection, settings)


def require_clock(connection: DuckDBPyConnection, settings: Settings) -> None:
    """Refuse a time before the last read.

    Raises:
        SettingsError: names both times, and what to do about each being wrong.
    """
    last, now = last_written_at(connection), settings.now()
    if last is None or now >= last - CLOCK_TOLERANCE:
        return
    what = "CIN7_AS_OF" if settings.as_of else "This machine's clock"
    msg = (
        f"{what} says {_shown(now)}, but {settings.data_dir} was last written at {_shown(last)}: nothing was"
        " changed. Set the clock right; if it is right now and was ahead then, run `cin7 forget clock`"
    )
    raise SettingsError(msg)


def last_written_at(connection: DuckDBPyConnection) -> datetime | None:
    """Return the latest time that a read wrote down; None before the first."""
    query = "select max(greatest(started_at, finished_at)) from raw.sync_log"
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def forget_clock(connection: DuckDBPyConnection, settings: Settings) -> None:
    """Take the present time for right: what was written at later times counts as written now.

    Days that were covered by such a read are no longer. Snapshots of days that have not come stay, but their
    time is `infinity`, by which no planning table shows them: they tell nothing of those days.
    """
    now = settings.now()
    with transaction(connection):
        connection.execute("delete from raw.sync_coverage where read_at > ?", [now])
        for table in ("stock_snapshots", "transit_snapshots"):
            query = f"update raw.{table} set read_at = 'infinity' where snapshot_on > ?"
            connection.execute(query, [settings.local_date(now)])
        connection.execute(FORGET_LATER_CHANGES, {"now": now})
        connection.execute("delete from raw.document_changes where seen_at > ?", [now])
        for table, column in connection.execute(WRITTEN_TIMES).fetchall():
            query = f"update raw.{table} set {column} = $now where {column} > $now and isfinite({column})"
            connection.execute(query, {"now": now})


def _shown(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
