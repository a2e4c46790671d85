"""`cin7 sync`: what changed is read, the tables are rebuilt and published."""

from collections.abc import Iterable

from cin7_pipeline.api.endpoints import ENDPOINTS
from cin7_pipeline.commands.reading import read
from cin7_pipeline.commands.tables import build, publish
from cin7_pipeline.commands.terminal import found_settings, say
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.pipeline import exclusive, stages
from cin7_pipeline.window import Window


def run(*, days: int | None, entities: Iterable[str] | None, whole: bool) -> None:
    """Read the entities (all, unless some are named) over their lookback, `days`, or everything.

    Raises:
        SettingsError: an entity is unknown; nothing was read.
    """
    settings = found_settings()
    _refuse_unknown(entities)
    window = Window.whole() if whole else days and Window.lookback(settings.now(), days)
    with exclusive(settings, "cin7 sync", say):
        for stage in stages(entities):
            read(settings, dict.fromkeys(stage, window or None))
        build(settings)
        publish(settings)


def _refuse_unknown(entities: Iterable[str] | None) -> None:
    unknown = sorted(set(entities or ()) - ENDPOINTS.keys())
    if unknown:
        msg = f"{', '.join(unknown)}: no such entity; the entities are {', '.join(ENDPOINTS)}"
        raise SettingsError(msg)
