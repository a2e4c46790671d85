"""This module starts each account's morning at 05:00 of its own time zone: one schedule for all zones."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from cin7_pipeline.accounts import Account
from cin7_pipeline.errors import SettingsError
from dagster_project.defs.schedules import SCHEDULED

# All time zones of today lie a multiple of this apart.
TICK = timedelta(minutes=15)
HOUR = 5


def mornings(accounts: Mapping[str, Account], job_name: str) -> dg.ScheduleDefinition:
    """Return the schedule; a run is of an account and its local day, so that no day is started twice."""

    @dg.schedule(
        name="mornings",
        job_name=job_name,
        cron_schedule="*/15 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Starts each account's morning at 05:00 of its own time zone.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        for name, day in due(zones(accounts), context.scheduled_execution_time):
            yield dg.RunRequest(run_key=f"{name}:{day}", partition_key=name, tags=SCHEDULED)

    return schedule


def zones(accounts: Mapping[str, Account]) -> dict[str, str]:
    """Return the time zone of each account.

    One whose settings are wrong has none: it starts at 05:00 UTC, and its run says what is wrong.
    """
    found = dict.fromkeys(accounts, "UTC")
    for name, account in accounts.items():
        with suppress(SettingsError):
            found[name] = account.settings().time_zone
    return found


def due(zones: Mapping[str, str], now: datetime) -> Iterator[tuple[str, str]]:
    """Yield the accounts in whose zone the quarter-hour from 05:00 has begun, with their local day."""
    for name, zone in zones.items():
        local = now.astimezone(ZoneInfo(zone))
        if local.hour == HOUR and timedelta(minutes=local.minute) < TICK:
            yield name, f"{local:%Y-%m-%d}"
