"""When the jobs run: mornings by default, every three hours on request, in the account's time zone."""

import dagster as dg

from cin7_pipeline.settings import load_settings
from dagster_project.defs.jobs import daily_sync, intraday_sync
from dagster_project.partitions import SCHEDULED, last_days
from dagster_project.resources import SettingsResource

INTRADAY_DAYS = 2


@dg.definitions
def defs() -> dg.Definitions:
    """The schedules; their time zone is the account's."""
    time_zone = load_settings().time_zone
    return dg.Definitions(schedules=[daily_schedule(time_zone), intraday_schedule(time_zone)])


def daily_schedule(time_zone: str) -> dg.ScheduleDefinition:
    """Every morning at five, before anybody opens the tables."""

    @dg.schedule(
        name="daily_schedule",
        job=daily_sync,
        cron_schedule="0 5 * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="The lookback of every entity, every morning at 05:00.",
    )
    def schedule(settings: SettingsResource) -> dg.RunRequest:
        run_settings = settings.load()
        return dg.RunRequest(
            tags={**last_days(run_settings, run_settings.lookback_days), **SCHEDULED}
        )

    return schedule


def intraday_schedule(time_zone: str) -> dg.ScheduleDefinition:
    """Every three hours of a working day; switch it on where plans change during the day."""

    @dg.schedule(
        name="intraday_schedule",
        job=intraday_sync,
        cron_schedule="0 8-20/3 * * *",
        execution_timezone=time_zone,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="What changed in the last two days, every three hours from 08:00 to 20:00.",
    )
    def schedule(settings: SettingsResource) -> dg.RunRequest:
        return dg.RunRequest(tags={**last_days(settings.load(), INTRADAY_DAYS), **SCHEDULED})

    return schedule
