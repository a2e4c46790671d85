"""This module is `cin7 build` and `cin7 publish`; with a publish every read ends.

It shows what is built and published; `pipeline` does it.
"""

from collections.abc import Sequence
from pathlib import Path

from cin7_pipeline.alerts import alerting
from cin7_pipeline.console import console, settings_with_warnings, warn
from cin7_pipeline.lake.publish import publish_to_lake
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.models.build import BuildReport
from cin7_pipeline.models.catalogue import load_catalogue
from cin7_pipeline.pipeline import check_models, publish_release, run_lock
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.releases import roll_back


def run_build(selectors: Sequence[str], into: Path | None) -> None:
    """Build and check every model, or those that selectors name, and publish nothing."""
    load_catalogue().select(selectors)  # refuses a typo before it waits for another run
    with run_lock(settings := settings_with_warnings(), "cin7 build", warn):
        tables = 0
        for report in check_models(settings, only=selectors or None, into=into):
            tables += 1
            _warn_of_broken_rules(report)
    console().print(f"Built and audited {tables} tables; nothing is published.")


def run_publish() -> None:
    """Build all models and publish them, also where nothing is new."""
    settings = settings_with_warnings()
    with alerting(settings, "cin7 publish"), run_lock(settings, "cin7 publish", warn):
        publish(settings, only_news=False).raise_failures()


def run_rollback(to: str | None) -> None:
    """Show an earlier release, without waiting for a run: planners should not read a bad one meanwhile.

    The lake follows, where there is one.

    Raises:
        PipelineError: there is no such release, or the lake does not take it; planners read it all the same.
    """
    settings = settings_with_warnings()
    rollback = roll_back(settings.data_dir, to, now=settings.now())
    console().print(f"People now read {rollback.shown} instead of {rollback.left}.")
    warn("The next sync, or `cin7 publish`, goes forward again: fix what was wrong before it runs.")
    publish_to_lake(settings).raise_failures()


def publish(settings: Settings, *, only_news: bool = True) -> LoadOutcome:
    """Build and publish a new release, and print where it is; report rules that only warn.

    Returns what failed of bringing it into the lake, where there is one.

    Raises:
        AuditFailed: a model broke its rules; people keep the release they have.
    """
    release = publish_release(settings, only_news=only_news, on_report=_warn_of_broken_rules)
    if release is None:
        console().print("Nothing is new since the last release; it stays the current one.")
    else:
        rows, tables = sum(release.tables.values()), len(release.tables)
        receipt = f"Published {rows:,} rows in {tables} tables: {settings.published_path}"
        console().print(receipt, markup=False)
    return publish_to_lake(settings)


def _warn_of_broken_rules(report: BuildReport) -> None:
    for rule, rows in report.broken_rules().items():
        warn(f"{rows:,} rows break this rule, which only warns: {rule}")
