"""`cin7 build` and `cin7 publish`, which every read ends with: tables made, audited, swapped in."""

from cin7_pipeline.commands.terminal import found_settings, say
from cin7_pipeline.display import console
from cin7_pipeline.pipeline import build_models, exclusive, publish_tables
from cin7_pipeline.settings import Settings


def run_build() -> None:
    """Rebuild every model from what has been read."""
    with exclusive(settings := found_settings(), "cin7 build", say):
        build(settings)


def run_publish() -> None:
    """Swap in what is built."""
    with exclusive(settings := found_settings(), "cin7 publish", say):
        publish(settings)


def build(settings: Settings) -> None:
    """Rebuild and audit every model; rules that only warn are told.

    Raises:
        AuditFailed: a model broke its rules; it and what follows keep their earlier tables.
    """
    tables = 0
    for report in build_models(settings):
        tables += 1
        for result in report.checks:
            if not result.passed:
                say(f"{report.model.name}: {result.about} ({result.failing_rows} rows do not)")
    console().print(f"Built and audited {tables} tables.")


def publish(settings: Settings) -> None:
    """Make the built tables the ones that people read, and say where they are."""
    release = publish_tables(settings)
    rows = sum(release.tables.values())
    console().print(
        f"Published {rows:,} rows in {len(release.tables)} tables: {settings.published_path}"
    )
