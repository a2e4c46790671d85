"""`cin7 forget`: a pause, a wrong clock or earlier settings no longer keep runs from going on."""

from cin7_pipeline.account import rate_limiter_of
from cin7_pipeline.console import console, settings_with_warnings, warn
from cin7_pipeline.pipeline import run_lock
from cin7_pipeline.warehouse.connection import open_warehouse, require_file
from cin7_pipeline.warehouse.owner import forget_clock, forget_settings


def run(what: str) -> None:
    """Forget the pause, the clock or the settings, and say what that means."""
    settings = settings_with_warnings()
    if what == "pause":
        rate_limiter_of(settings).forget_pauses()
        console().print("The pause that Cin7 asked for is over: calls go out again.")
        return
    require_file(settings.warehouse_path)
    with (
        run_lock(settings, "cin7 forget", warn),
        open_warehouse(settings.warehouse_path) as connection,
    ):
        if what == "clock":
            forget_clock(connection, settings)
            said = f"{settings.now():%Y-%m-%d %H:%M} UTC counts as the present, whatever was written later."
        else:
            forget_settings(connection)
            said = (
                "The next read or build writes down time zone and price tier as they are set then."
            )
    console().print(said)
