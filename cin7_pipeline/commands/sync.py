"""`cin7 sync`: what changed is read, the tables are rebuilt and published."""

from collections.abc import Iterable

from cin7_pipeline.commands.progress import sync_with_progress
from cin7_pipeline.commands.tables import publish
from cin7_pipeline.console import settings_with_warnings, warn
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.pipeline import run_lock, sync_order
from cin7_pipeline.window import Window


def run(*, days: int | None, entities: Iterable[str] | None, whole: bool) -> None:
    """Read the entities (all, unless some are named) over their lookback, `days`, or everything.

    Raises:
        SettingsError: an entity is unknown or skipped; nothing was read.
    """
    settings = settings_with_warnings()
    asked, known = set(entities or ()), [name for stage in sync_order() for name in stage]
    if unknown := sorted(asked.difference(known)):
        msg = f"{', '.join(unknown)}: no such entity; the entities are {', '.join(known)}"
        raise SettingsError(msg)
    if skipped := sorted(asked & settings.skip_entities):
        msg = f"{', '.join(skipped)}: not read, as CIN7_SKIP_ENTITIES says; take it out there first"
        raise SettingsError(msg)
    window = Window.whole() if whole else days and Window.lookback(settings.now(), days)
    with run_lock(settings, "cin7 sync", warn):
        for stage in sync_order(asked or None):
            sync_with_progress(settings, dict.fromkeys(stage, window or None))
        publish(settings)
