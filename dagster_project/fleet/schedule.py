"""This module starts each account's morning at 05:00 of its own time zone: one schedule for all zones."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import dagster as dg

from cin7_pipeline.accounts import Account
from cin7_pipeline.errors import SettingsError
from dagster_project.defs.schedules import SCHEDULED

NAME = "mornings"
# From five on; a machine that was down then starts the mornings it missed until nine.
HOURS = range(5, 9)


def mornings(accounts: Mapping[str, Account], job_name: str) -> dg.ScheduleDefinition:
    """Return the schedule; a run is of an account and its local day, so that no day is started twice."""

    @dg.schedule(
        name=NAME,
        job_name=job_name,
        # All time zones of today lie a multiple of a quarter of an hour apart.
        cron_schedule="*/15 * * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Starts each account's morning at 05:00 of its own time zone.",
    )
    def schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
        now = context.scheduled_execution_time
        started = started_since(context.instance, now - timedelta(days=1))
        for name, day in due(zones(accounts), now):
            if (key := f"{name}:{day}") not in started:
                yield dg.RunRequest(run_key=key, partition_key=name, tags=SCHEDULED)

    return schedule


def started_since(instance: dg.DagsterInstance, moment: datetime) -> set[str]:
    """Return the keys of runs that earlier ticks asked for: Dagster heeds a key within a tick only."""
    asked = dg.RunsFilter(tags={"dagster/schedule_name": NAME}, created_after=moment)
    return {run.tags.get("dagster/run_key", "") for run in instance.get_runs(asked)}


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
    """Yield the accounts in whose zone it is morning, with their local day: the run of a day begins once."""
    for name, zone in zones.items():
        local = now.astimezone(ZoneInfo(zone))
        if local.hour in HOURS:
            yield name, f"{local:%Y-%m-%d}"
