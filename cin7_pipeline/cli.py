"""The `cin7` command: read Cin7 Omni, build the planning tables, publish them, explain them."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cin7_pipeline.commands.errors import user_errors

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=__doc__,
    rich_markup_mode=None,
    suggest_commands=False,  # click does so already
    pretty_exceptions_show_locals=False,  # locals may hold a key
)
DAY = ["%Y-%m-%d"]


class Forgettable(StrEnum):
    """What `cin7 forget` may be told to forget."""

    PAUSE = "pause"
    CLOCK = "clock"
    SETTINGS = "settings"


def show_version(is_asked: bool) -> None:
    """Print which version this is, and end."""
    if is_asked:
        from importlib.metadata import version

        typer.echo(version("cin7-pipeline"))
        raise typer.Exit


@app.callback()
def start(
    account: Annotated[
        str | None, typer.Option(metavar="NAME", help="An account in CIN7_ACCOUNTS_DIR.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=show_version, is_eager=True, help="Say which this is."),
    ] = False,
) -> None:
    """Set up the process before any command runs; its settings are those of the account, if one is named."""
    from cin7_pipeline.runtime import configure

    configure()


@app.command()
def check() -> None:
    """Show what the key may read, what is missing, and how many of the day's calls are left."""
    with user_errors():
        from cin7_pipeline.commands import check as command

        command.run()


@app.command()
def sync(
    days: Annotated[
        int | None, typer.Option(min=1, help="Days to look back; else CIN7_LOOKBACK_DAYS, 90.")
    ] = None,
    entity: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this entity; may be repeated: sales_orders, purchase_orders, branch_transfers,"
            " credit_notes, adjustments, production_jobs, products, product_options, contacts,"
            " branches, bom_masters or stock."
        ),
    ] = None,
    whole: Annotated[bool, typer.Option(help="Read everything, whatever its dates.")] = False,
) -> None:
    """Read the lookback, rebuild every model, publish: the same as the daily job.

    Only the stock, say: cin7 sync --entity stock
    """
    if whole and days is not None:
        msg = "reads everything, whatever its dates: leave out --days"
        raise typer.BadParameter(msg, param_hint="--whole")
    with user_errors():
        from cin7_pipeline.commands import sync as command

        command.run(days=days, entities=entity, whole=whole)


@app.command()
def resync(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First UTC day.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last UTC day, included.")],
    dry_run: Annotated[bool, typer.Option(help="Only say what it would cost.")] = False,
) -> None:
    """Read a range of history again, a month at a time; show the price before, the receipt after.

    For instance: cin7 resync --from 2025-01-01 --to 2025-03-31 --dry-run
    """
    with user_errors():
        from cin7_pipeline.commands import resync as command

        command.run(first.date(), last.date(), dry_run=dry_run)


@app.command()
def build(
    selectors: Annotated[list[str] | None, typer.Argument(metavar="[SELECTOR]...")] = None,
    into: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="A DuckDB file that keeps the tables, to look at."),
    ] = None,
) -> None:
    """Build and audit every model, or those that selectors name, from what has been read; publish none.

    A selector is a model (core.items) or a pattern ('staging.*'), with all that it is made from; a +
    behind it adds what is made from it (core.items+).
    """
    with user_errors():
        from cin7_pipeline.commands import tables as command

        command.run_build(selectors or (), into)


@app.command()
def publish(
    rollback: Annotated[bool, typer.Option("--rollback", help="Show an earlier release.")] = False,
    to: Annotated[str | None, typer.Option(help="Which one; the one before, unless said.")] = None,
) -> None:
    """Publish the built planning tables for everybody to read, or go back to an earlier release."""
    if to is not None and not rollback:
        msg = "says which release to go back to: add --rollback"
        raise typer.BadParameter(msg, param_hint="--to")
    with user_errors():
        from cin7_pipeline.commands import tables as command

        command.run_rollback(to) if rollback else command.run_publish()


@app.command()
def releases() -> None:
    """List the releases that are kept, and which of them people read."""
    with user_errors():
        from cin7_pipeline.commands import releases as command

        command.run()


@app.command()
def backup(
    restore: Annotated[Path | None, typer.Option(metavar="FILE", help="Bring it back.")] = None,
) -> None:
    """Copy what cannot be read again (past stock, deleted records, forecasts, the salt) into data/backups."""
    with user_errors():
        from cin7_pipeline.commands import backup as command

        command.run(restore)


@app.command()
def forget(what: Forgettable) -> None:
    """End a long pause that Cin7 asked for, or take the clock, or changed settings, for right.

    After `forget clock` the present time counts, though an earlier read was later. After `forget settings`
    the next read or build writes down another time zone or price tier for the account.
    """
    with user_errors():
        from cin7_pipeline.commands import forget as command

        command.run(what)


@app.command()
def sandbox(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where to listen on this machine; 0 is any.")
    ] = 8707,
) -> None:
    """Serve the simulated account over HTTP until Ctrl-C, with Cin7's own limits."""
    with user_errors():
        from cin7_pipeline.commands import sandbox as command

        command.run(port)


@app.command()
def status(
    queries: Annotated[bool, typer.Option(help="Also show three queries worth trying.")] = False,
    max_age: Annotated[
        int | None,
        typer.Option(min=1, metavar="HOURS", help="Fail, and alert, where the data are older."),
    ] = None,
) -> None:
    """Show what was read when, what is published, and how many calls are left."""
    with user_errors():
        from cin7_pipeline.commands import status as command

        command.run(queries=queries, max_age_hours=max_age)


@app.command()
def lake() -> None:
    """Bring the release into the lake if it lacks it, renew its views over all accounts, forget old ones."""
    with user_errors():
        from cin7_pipeline.commands import lake as command

        command.run()


@app.command()
def accounts() -> None:
    """Show how each account in CIN7_ACCOUNTS_DIR stands: last success, release, calls left, problem."""
    with user_errors():
        from cin7_pipeline.commands import accounts as command

        command.run()


@app.command()
def orders(
    days: Annotated[int, typer.Option(min=0, max=365, help="Order dates this far ahead.")] = 7,
    csv: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", file_okay=False, help="Write files for Cin7's imports there."
        ),
    ] = None,
) -> None:
    """Show what is to be ordered, and by when; nothing is written to Cin7, a person imports the files."""
    with user_errors():
        from cin7_pipeline.commands import orders as command

        command.run(days, csv)


@app.command()
def page() -> None:
    """Open the planners' page of what is published in the browser, and say where it is."""
    with user_errors():
        from cin7_pipeline.commands import page as command

        command.run()


@app.command()
def why(
    asked: Annotated[
        list[str],
        typer.Argument(metavar="REFERENCE-OR-SKU"),
    ],
    file: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="Ask this copy of a published file instead."
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full", help="A row for each table and rule of a line; all numbers of an item's plan."
        ),
    ] = False,
) -> None:
    """Say where a document or an item stands, and what each rule decided about each of its lines.

    Ask for a reference, document id, customer order number, SKU, style code, barcode, name or supplier, or a
    part of one, as in: cin7 why SO-1001
    """
    with user_errors():
        from cin7_pipeline.commands import why as command

        is_found = command.run(" ".join(asked), file, is_full=full)
    if not is_found:
        raise typer.Exit(1)
