"""`cin7 check`: what the key may read, and what is left of the day's calls."""

from cin7_pipeline.account import calls_left
from cin7_pipeline.console import console, settings_with_warnings, table_of
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.pipeline import permissions
from cin7_pipeline.settings import load_business_settings


def run() -> None:
    """Ask each endpoint that is not skipped for one row.

    Raises:
        SettingsError: a file is wrong, the key lacks permissions, or Cin7 refused a question; all in one
            message.
    """
    settings, screen = settings_with_warnings(), console()
    load_business_settings(settings.rules_dir)
    found = permissions(settings)
    rows = [(p.endpoint.name, p.endpoint.permission, p.problem or "may read") for p in found]
    rows += [(name, "", "skipped") for name in sorted(settings.skip_entities)]
    screen.print(table_of("Permissions of the key", ["entity", "permission", "result"], rows))
    screen.print(calls_left(settings))
    screen.print(f"Time zone: {settings.time_zone}")
    problems = []
    if missing := [p.endpoint.permission for p in found if p.is_missing]:
        problems.append(
            "the key may not read everything (CIN7_SKIP_ENTITIES leaves out what the account does not"
            f" have); switch on: {', '.join(missing)}"
        )
    if refused := [p.endpoint.name for p in found if p.problem and not p.is_missing]:
        problems.append(
            f"Cin7 refused the question itself for {', '.join(refused)}, whatever the key may read:"
            " the table quotes it, and whoever looks after this pipeline should see it"
        )
    if problems:
        raise SettingsError("; ".join(problems))
