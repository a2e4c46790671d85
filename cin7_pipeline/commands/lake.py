"""`cin7 lake`: the lake gets the release that it lacks, and is looked after."""

from cin7_pipeline.console import console, settings_with_warnings
from cin7_pipeline.lake.publish import look_after_lake, publish_to_lake


def run() -> None:
    """Bring the current release into the lake, renew the views over all accounts, forget and clean.

    Raises:
        PipelineError: there is no lake, or it does not answer.
    """
    settings = settings_with_warnings()
    publish_to_lake(settings).raise_failures()
    done = ", ".join(f"{n} {what}" for what, n in look_after_lake(settings).items())
    console().print(f"The lake {settings.lake_name}: {done}")
