"""`cin7 sync`: what changed is read, the tables are rebuilt and published."""

from collections.abc import Iterable

from cin7_pipeline.alerts import alerting
from cin7_pipeline.commands.progress import sync_with_progress
from cin7_pipeline.commands.tables import publish
from cin7_pipeline.console import settings_with_warnings, warn
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import run_lock, was_read
from cin7_pipeline.window import Window


def run(*, days: int | None, entities: Iterable[str] | None, whole: bool) -> None:
    """Read the entities (all, unless some are named) over their lookback, `days`, or everything.

    What could not be read keeps its earlier data, and the tables say so: they are published all the same.

    Raises:
        SettingsError: an entity is unknown or skipped; nothing was read.
        PipelineError: some entity could not be read.
    """
    settings = settings_with_warnings()
    asked = set(entities or ())
    if unknown := sorted(asked.difference(ENDPOINTS)):
        msg = f"{', '.join(unknown)}: no such entity; the entities are {', '.join(ENDPOINTS)}"
        raise SettingsError(msg)
    if skipped := sorted(asked & settings.skip_entities):
        msg = f"{', '.join(skipped)}: not read, as CIN7_SKIP_ENTITIES says; take it out there first"
        raise SettingsError(msg)
    window = Window.whole() if whole else days and Window.lookback(settings.now(), days)
    with alerting(settings, "cin7 sync"):
        with run_lock(settings, "cin7 sync", warn):
            spans = dict.fromkeys(asked or ENDPOINTS, window or None)
            outcome = sync_with_progress(settings, spans)
            if not was_read(settings):
                outcome.raise_failures()
            outcome += publish(settings)
        outcome.raise_failures()
