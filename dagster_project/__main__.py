"""`python -m dagster_project`: one daily sync through Dagster, here and now, then what it brought.

It is the run that the schedule starts every morning, kept in the same Dagster instance (DAGSTER_HOME).
"""

import sys

import dagster as dg
from rich.console import Console

from cin7_pipeline import console as terminal
from cin7_pipeline.account import rate_limiter_of
from cin7_pipeline.errors import PipelineError
from cin7_pipeline.runtime import configure
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from dagster_project.definitions import defs
from dagster_project.partitions import last_days

QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def main() -> int:
    """Run, show, and return the exit code."""
    configure()
    console = terminal.console()
    try:
        settings = load_settings()
        console.print(_announcement(settings))
        for warning in settings.warnings():
            terminal.print_line(warning, "yellow")
        if not run_daily_sync(settings, console):
            return 1
        show(settings, console)
    except PipelineError as error:
        terminal.print_line(f"cin7: {error}", "red")
        return 1
    return 0


def run_daily_sync(settings: Settings, console: Console) -> bool:
    """True where the run succeeded; its steps are printed as they end."""
    job = defs().resolve_job_def("daily_sync")
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            tags=last_days(settings, settings.lookback_days),
            run_config=QUIET,
            raise_on_error=False,
        )
    for event in result.all_events:
        if event.is_step_failure:
            console.print(f"{event.step_key} failed: {_reason(event)}", style="red", markup=False)
    return result.success


def _reason(event: dg.DagsterEvent) -> str:
    error = event.step_failure_data.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip() if error else "no reason given"


def _announcement(settings: Settings) -> str:
    sandbox = "the [bold]sandbox account[/bold], as no credentials are set"
    account = sandbox if settings.uses_sandbox else "Cin7"
    return f"Running the job daily_sync in Dagster against {account} …"


def show(settings: Settings, console: Console) -> None:
    """What was read, where the tables are, what to ask them first, and where to look further."""
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        console.print(terminal.last_loads(connection))
    with open_warehouse(settings.published_path, read_only=True) as connection:
        terminal.show_first_queries(console, connection)
    console.print(
        f"Calls left today: {rate_limiter_of(settings).left():,} of {settings.calls_per_day:,}"
    )
    console.print(
        f"Planning tables:  {settings.published_path}, never locked and never half-updated;\n"
        f"                  in a DuckDB shell: duckdb -readonly {settings.alias_path}",
        markup=False,
    )
    console.print("Dagster:          make ui, then http://127.0.0.1:3000")


if __name__ == "__main__":
    sys.exit(main())
