"""`cin7 releases`: which releases are kept, how large each is, and which of them people read."""

from cin7_pipeline.console import console, settings_with_warnings, table_of
from cin7_pipeline.warehouse.releases import Releases


def run() -> None:
    """List the releases, newest first."""
    settings = settings_with_warnings()
    rows = [
        (
            each.name,
            f"{each.made_at:%Y-%m-%d %H:%M UTC}",
            f"{each.bytes / 1e6:,.1f} MB",
            "current" if each.is_shown else "",
        )
        for each in Releases(settings.data_dir).listed()
    ]
    if not rows:
        console().print("Nothing is published yet: run `cin7 sync`.")
        return
    title = f"Releases in {settings.data_dir / 'releases'}"
    console().print(table_of(title, ["release", "made at", "size", ""], rows))
