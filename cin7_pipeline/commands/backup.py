"""`cin7 backup`: what cannot be read again is copied into a file, or brought back from one."""

from pathlib import Path

from cin7_pipeline.console import console, settings_with_warnings, table_of, warn
from cin7_pipeline.pipeline import back_up, restore, run_lock


def run(restored: Path | None) -> None:
    """Write a backup and say where it is; or restore one, and say what it brought."""
    settings, screen = settings_with_warnings(), console()
    with run_lock(settings, "cin7 backup", warn):
        if restored is None:
            path, rows = back_up(settings)
            title, column = f"Copied to {path}; keep it on another disk", "rows"
        else:
            rows = restore(settings, restored)
            title, column = f"Brought back from {restored}; now run `cin7 build`", "rows brought"
    screen.print(table_of(title, ["table", column], [row for row in rows.items() if row[1]]))
