"""`cin7 sync`: what changed is read, the tables are rebuilt and published."""

from collections.abc import Iterable

from cin7_pipeline.commands.progress import read
from cin7_pipeline.commands.tables import build, publish
from cin7_pipeline.console import settings_with_warnings, warn
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import run_lock, sync_order
from cin7_pipeline.window import Window


def run(*, days: int | None, entities: Iterable[str] | None, whole: bool) -> None:
    """Read the entities (all, unless some are named) over their lookback, `days`, or everything.

    Raises:
        SettingsError: an entity is unknown; nothing was read.
    """
    settings = settings_with_warnings()
    _refuse_unknown(entities)
    window = Window.whole() if whole else days and Window.lookback(settings.now(), days)
    with run_lock(settings, "cin7 sync", warn):
        for stage in sync_order(entities):
            read(settings, dict.fromkeys(stage, window or None))
        build(settings)
        publish(settings)


def _refuse_unknown(entities: Iterable[str] | None) -> None:
    unknown = sorted(set(entities or ()) - ENDPOINTS.keys())
    if unknown:
        msg = f"{', '.join(unknown)}: no such entity; the entities are {', '.join(ENDPOINTS)}"
        raise SettingsError(msg)
