"""This module is `cin7 build` and `cin7 publish`, with which every read ends.

It shows what is built and published; `pipeline` does it.
"""

from collections.abc import Sequence

from cin7_pipeline.console import console, settings_with_warnings, warn
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import build_models, publish_tables, run_lock
from cin7_pipeline.settings.environment import Settings
from cin7_pipeline.warehouse.releases import roll_back


def run_build(selectors: Sequence[str]) -> None:
    """Rebuild every model, or those that selectors name, from what has been read."""
    load_catalogue().select(selectors)  # refuses a typo before it waits for another run
    with run_lock(settings := settings_with_warnings(), "cin7 build", warn):
        build(settings, selectors)


def run_publish() -> None:
    """Swap in what is built."""
    with run_lock(settings := settings_with_warnings(), "cin7 publish", warn):
        publish(settings)


def run_rollback(to: str | None) -> None:
    """Show an earlier release; it waits for no run, as planners should not read a bad one meanwhile."""
    settings = settings_with_warnings()
    rollback = roll_back(settings.data_dir, to, now=settings.now())
    console().print(f"People now read {rollback.shown} instead of {rollback.left}.")
    warn(
        "The next sync, or `cin7 publish`, goes forward again: mend what was wrong before it runs."
    )


def build(settings: Settings, selectors: Sequence[str] = ()) -> None:
    """Rebuild and audit every model, or those that selectors name; report rules that only warn.

    Raises:
        AuditFailed: a model broke its rules; it and what follows keep their earlier tables.
    """
    tables = 0
    for report in build_models(settings, only=selectors or None):
        tables += 1
        for result in report.checks:
            if not result.passed:
                warn(f"{report.model.name}: {result.about} ({result.failing_rows} rows do not)")
    console().print(f"Built and audited {tables} tables.")


def publish(settings: Settings) -> None:
    """Make the built tables the ones that people read, and say where they are."""
    release = publish_tables(settings)
    rows = sum(release.tables.values())
    told = f"Published {rows:,} rows in {len(release.tables)} tables: {settings.published_path}"
    console().print(told, markup=False)
