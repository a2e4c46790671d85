"""This module schedules the jobs in the account's time zone: mornings, and every three hours on request."""

import dagster as dg

from cin7_pipeline.settings import load_settings
from dagster_project.defs.jobs import daily_sync, intraday_sync

# Marks runs that may use the calls kept in reserve for the schedule.
SCHEDULED = {"cin7/scheduled": "true"}


@dg.definitions
def defs() -> dg.Definitions:
    """Return the schedules; the account's time zone is a setting."""
    time_zone = load_settings().time_zone
    daily = dg.ScheduleDefinition(
        name="daily_schedule",
        job=daily_sync,
        cron_schedule="0 5 * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The lookback of every entity, every morning at 05:00, before anybody opens the tables.",
        tags=SCHEDULED,
    )
    intraday = dg.ScheduleDefinition(
        name="intraday_schedule",
        job=intraday_sync,
        cron_schedule="0 8-20/3 * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="What changed in the last two days, every three hours from 08:00 to 20:00.",
        tags=SCHEDULED,
    )
    return dg.Definitions(schedules=[daily, intraday])
