"""`python -m dagster_project`: run one daily sync through Dagster, here and now, and show what it loaded.

It is the run that the schedule starts every morning, kept in the same Dagster instance (DAGSTER_HOME).
"""

import logging
import sys
import warnings
from typing import Any
from uuid import uuid4

import dagster as dg
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from cin7_pipeline import console as terminal
from cin7_pipeline.account import calls_left
from cin7_pipeline.commands.errors import INTERRUPTED, STOPPED
from cin7_pipeline.errors import PipelineError
from cin7_pipeline.runtime import configure
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from dagster_project.definitions import defs
from dagster_project.defs.sensors import first_error, reason_of

RUN_CONFIG: dict[str, Any] = {"loggers": {"progress": {}}}
# By this tag Dagster's pages find the runs of a code location; a run that is started in it has it by itself.
OF_THE_CODE_LOCATION = {".dagster/repository": "__repository__@cin7"}
# What it says of a step whose tables are those that are new: a line of all the others.
DAGSTERS_OWN = "did not yield or return expected outputs"
# What Ctrl-C raises in a step: Dagster's own, where it has taken the signal.
STOPS = {"KeyboardInterrupt", "DagsterExecutionInterruptedError"}


def main() -> int:
    """Run, show, and return the exit code."""
    configure()
    warnings.filterwarnings("ignore", category=dg.BetaWarning)  # tells us, not those who run it
    console = terminal.console()
    try:
        settings = load_settings()
        sandbox = "the [bold]sandbox account[/bold], as no credentials are set"
        account = sandbox if settings.uses_sandbox else "Cin7"
        console.print(f"Running the job daily_sync in Dagster against {account} …")
        for warning in settings.warnings():
            terminal.print_line(warning, "yellow")
        if not run_daily_sync(console):
            return 1
        show(settings, console)
    except PipelineError as error:
        terminal.print_line(f"cin7: {error}", "red")
        return 1
    except KeyboardInterrupt:
        terminal.print_line(f"cin7: {STOPPED}", "red")
        return INTERRUPTED
    return 0


def run_daily_sync(console: Console) -> bool:
    """Run the job, print why it failed where it did, and return whether it succeeded."""
    bar = Progress(
        SpinnerColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
    )
    with_bar = dg.Definitions.merge(defs(), dg.Definitions(loggers={"progress": shown_on(bar)}))
    job = with_bar.resolve_job_def("daily_sync")
    run_id = str(uuid4())
    with dg.DagsterInstance.get() as instance, bar:
        try:
            result = job.execute_in_process(
                instance=instance,
                run_config=RUN_CONFIG,
                raise_on_error=False,
                run_id=run_id,
                tags=OF_THE_CODE_LOCATION,
            )
        finally:
            # Where Ctrl-C met Dagster between two steps, it leaves the run open.
            run = instance.get_run_by_id(run_id)
            if run and not run.is_finished:
                instance.report_run_canceled(run)
    failures = [event for event in result.all_events if event.is_failure]
    # A run that could not take the lock has no failed step: it fails as a whole.
    for event in [event for event in failures if event.is_step_failure] or failures:
        if (error := first_error(event)) and error.cls_name in STOPS:
            raise KeyboardInterrupt
        where = event.step_key or event.job_name
        console.print(f"{where} failed: {reason_of(event)}", style="red", markup=False)
    return result.success


def shown_on(bar: Progress) -> dg.LoggerDefinition:
    """Return a logger of runs that shows how far a run is: its last message, and nothing of Dagster's own.

    Where standard output is no terminal, each message is a line.
    """
    task = bar.add_task("Starting", total=None)

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            message = getattr(record, "dagster_meta", {}).get("orig_message")
            is_dagsters = getattr(record, "dagster_event", None) or DAGSTERS_OWN in str(message)
            if message is None or is_dagsters:
                return
            bar.update(task, description=message)
            if not bar.console.is_terminal:
                bar.console.print(message, markup=False, highlight=False)

    def logger(_: dg.InitLoggerContext) -> logging.Logger:
        made = logging.Logger("progress", logging.INFO)
        made.addHandler(Handler())
        return made

    return dg.LoggerDefinition(logger)


def show(settings: Settings, console: Console) -> None:
    """Print what was read, where the tables are, what to ask them first, and where to look further."""
    with open_warehouse(settings.warehouse_path, read_only=True) as connection:
        console.print(terminal.last_loads(connection))
    with open_warehouse(settings.published_path, read_only=True) as connection:
        terminal.show_first_queries(console, connection)
    console.print(calls_left(settings))
    console.print(
        f"Planning tables:  {settings.published_path}, never locked and never half-updated;\n"
        f"                  in a DuckDB shell: duckdb -readonly {settings.alias_path}",
        markup=False,
    )
    console.print("Dagster:          make ui, then http://127.0.0.1:3000/runs")


if __name__ == "__main__":
    sys.exit(main())
