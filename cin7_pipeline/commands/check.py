"""`cin7 check`: what the key may read, and what is left of the day's calls."""

from collections.abc import Iterable

from rich.console import RenderableType

from cin7_pipeline.account import connect, rate_limiter_of
from cin7_pipeline.console import console, settings_with_warnings, table_of
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.omni.permissions import Permission, read_permissions
from cin7_pipeline.settings import load_business_settings


def run() -> None:
    """Ask each endpoint for one row.

    Raises:
        SettingsError: a file is wrong, or the key lacks permissions; all of them in one message.
    """
    settings, screen = settings_with_warnings(), console()
    load_business_settings(settings.rules_dir)
    with connect(settings) as client:
        found = read_permissions(client, ENDPOINTS.values())
    screen.print(_permissions(found))
    left = rate_limiter_of(settings).left()
    screen.print(f"Calls left today: {left:,} of {settings.calls_per_day:,}")
    screen.print(f"Time zone: {settings.time_zone}")
    if missing := [p.endpoint.permission for p in found if p.problem]:
        msg = f"the key may not read everything; switch on: {', '.join(missing)}"
        raise SettingsError(msg)


def _permissions(found: Iterable[Permission]) -> RenderableType:
    """Which endpoints the key may read."""
    rows = [
        (p.endpoint.name, p.endpoint.permission, "may read" if p.problem is None else p.problem)
        for p in found
    ]
    return table_of("Permissions of the key", ["entity", "permission", "result"], rows)
