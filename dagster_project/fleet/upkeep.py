"""This module looks after the lakes of a fleet each night: views over all accounts, expiry, cleaning."""

from collections.abc import Mapping
from contextlib import suppress

import dagster as dg

from cin7_pipeline.accounts import Account
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.lake.publish import look_after_lake
from cin7_pipeline.settings import Settings


def nightly(accounts: Mapping[str, Account]) -> dg.ScheduleDefinition:
    """Return the schedule of the job that looks after every lake that an account publishes into."""

    @dg.op(
        description="Renews the views over all accounts, forgets old releases, removes their files."
    )
    def look_after_lakes(context: dg.OpExecutionContext) -> None:
        for name, settings in lakes(accounts).items():
            done = ", ".join(f"{n} {what}" for what, n in look_after_lake(settings).items())
            context.log.info(f"{name}: {done}")

    @dg.job(description="Every night at 02:00 UTC, where accounts publish into a lake.")
    def lake_upkeep() -> None:
        look_after_lakes()

    return dg.ScheduleDefinition(
        name="lake_nightly",
        job=lake_upkeep,
        cron_schedule="0 2 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )


def lakes(accounts: Mapping[str, Account]) -> dict[str, Settings]:
    """Return the lakes that accounts publish into, each with the settings of one of them."""
    found: dict[str, Settings] = {}
    for account in accounts.values():
        with suppress(SettingsError):
            settings = account.settings()
            if settings.publish_to is not None:
                found.setdefault(f"{settings.lake_name} in {settings.lake_files}", settings)
    return found
