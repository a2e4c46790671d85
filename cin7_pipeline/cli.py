"""The `cin7` command: thin calls into the library, readable answers, honest exit codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Annotated

import duckdb
import typer
from dlt.common.exceptions import DltException
from rich.console import Console

from cin7_pipeline import display
from cin7_pipeline.account import (
    SANDBOX_KEY,
    SANDBOX_USERNAME,
    budget_of,
    connect,
    sandbox_server,
)
from cin7_pipeline.api.endpoints import ENDPOINTS
from cin7_pipeline.api.permissions import read_permissions
from cin7_pipeline.errors import PipelineError, SettingsError
from cin7_pipeline.load.price import price_of
from cin7_pipeline.load.report import LoadReport
from cin7_pipeline.pipeline import (
    build_models,
    business_settings,
    exclusive,
    history_slices,
    publish_tables,
    read_entities,
    sales_by_month,
    stages,
)
from cin7_pipeline.settings import SANDBOX_TIME_ZONE, Settings, load_settings
from cin7_pipeline.warehouse.connection import open_warehouse
from cin7_pipeline.warehouse.tables import create_raw_tables
from cin7_pipeline.why.answer import explain
from cin7_pipeline.why.show import show
from cin7_pipeline.window import Window

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help=__doc__,
    rich_markup_mode=None,
    pretty_exceptions_show_locals=False,  # locals may hold a key
)
console = display.console()
errors = Console(stderr=True)
DAY = ["%Y-%m-%d"]


@contextmanager
def plain_errors() -> Iterator[None]:
    """Exit code 1 and one line for everything the library, a file or a database refuses."""
    try:
        yield
    except BrokenPipeError:  # whoever reads our output has left
        raise
    except PipelineError as error:
        _complain(f"cin7: {error}", "red")
    except (OSError, duckdb.Error, DltException) as error:
        _complain(f"cin7: {_first_cause(error)}", "red")
    else:
        return
    raise typer.Exit(1)


def _first_cause(error: BaseException) -> str:
    """What went wrong first, on one line: a full disk, a folder without rights, a damaged file."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _settings() -> Settings:
    settings = load_settings()
    if settings.uses_sandbox:
        console.print("No credentials are set: this is the [bold]sandbox account[/bold].")
    for warning in settings.warnings():
        _say(warning)
    return settings


def _say(sentence: str) -> None:
    _complain(sentence, "yellow")


def _complain(message: str, style: str) -> None:
    """One line stays one line, however narrow a log or a terminal is, and is printed as it is."""
    errors.print(message, style=style, markup=False, highlight=False, soft_wrap=True)


@app.command()
def check() -> None:
    """Say what the key may read, what is missing, and how much of the day's calls is left."""
    with plain_errors():
        settings = _settings()
        business_settings(settings)
        with connect(settings) as client:
            found = read_permissions(client, ENDPOINTS.values())
        console.print(display.permissions(found))
        left = budget_of(settings).left()
        console.print(f"Calls left today: {left:,} of {settings.calls_per_day:,}")
        console.print(f"Time zone: {settings.time_zone}")
        if missing := [p.endpoint.permission for p in found if p.problem]:
            msg = f"the key may not read everything; switch on: {', '.join(missing)}"
            raise SettingsError(msg)


@app.command()
def sync(
    days: Annotated[int | None, typer.Option(min=1, help="Days to look back.")] = None,
    entity: Annotated[list[str] | None, typer.Option(help="Only these entities.")] = None,
    whole: Annotated[bool, typer.Option(help="Read everything, whatever its dates.")] = False,
) -> None:
    """Read the lookback, rebuild every model, publish: the same as the daily job."""
    with plain_errors():
        settings = _settings()
        _refuse_unknown(entity)
        window = Window.whole() if whole else days and Window.lookback(settings.now(), days)
        with exclusive(settings, "cin7 sync", _say):
            for stage in stages(entity):
                _read(settings, dict.fromkeys(stage, window or None))
            _build_and_publish(settings)


@app.command()
def resync(
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="First UTC day.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="Last UTC day, included.")],
    dry_run: Annotated[bool, typer.Option(help="Only say what it would cost.")] = False,
) -> None:
    """Read a stretch of history again, a month at a time; price before, receipt after."""
    with plain_errors():
        settings = _settings()
        slices = history_slices(settings, _range(first.date(), last.date(), settings))
        _show_price(settings, slices)
        if dry_run:
            return
        with exclusive(settings, "cin7 resync", _say):
            before = sales_by_month(settings)
            for part in slices:
                with _told_where_to_go_on(slices[-1], part):
                    _read(settings, dict.fromkeys(next(stages()), part))
            _read(settings, dict.fromkeys(list(stages())[1], None))
            _build_and_publish(settings)
            console.print(display.changed_months(before, sales_by_month(settings)))


@app.command()
def build() -> None:
    """Rebuild and audit every model from what has been read."""
    with plain_errors(), exclusive(settings := _settings(), "cin7 build", _say):
        _build(settings)


@app.command()
def publish() -> None:
    """Swap the built planning tables in for everybody to read."""
    with plain_errors(), exclusive(settings := _settings(), "cin7 publish", _say):
        _publish(settings)


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where to listen on this machine.")] = 8707,
) -> None:
    """Serve the simulated account over HTTP until Ctrl-C, with Cin7's own limits."""
    with plain_errors(), sandbox_server(_settings(), port) as server:
        console.print(f"Serving the sandbox on {server.base_url}; another shell reads it with:")
        console.print(
            f"  export CIN7_BASE_URL={server.base_url} CIN7_TIME_ZONE={SANDBOX_TIME_ZONE}"
        )
        console.print(f"  export CIN7_USERNAME={SANDBOX_USERNAME} CIN7_API_KEY={SANDBOX_KEY}")
        console.print("  export CIN7_DATA_DIR=data/served")
        server.wait()


@app.command()
def status(
    queries: Annotated[bool, typer.Option(help="Also show three queries worth trying.")] = False,
) -> None:
    """Say what was read when, what is published, and how many calls are left."""
    with plain_errors():
        settings = _settings()
        console.print(f"Calls left today: {budget_of(settings).left():,}")
        if not settings.published_path.exists():
            console.print("Nothing is published yet: run `cin7 sync`.")
            return
        release = settings.published_path.resolve().name
        console.print(f"Published: {settings.published_path} → {release}")
        with open_warehouse(settings.alias_path, read_only=True) as connection:
            console.print(display.freshness(connection))
            if queries:
                display.show_first_queries(console, connection)


@app.command()
def why(
    asked: Annotated[
        list[str],
        typer.Argument(
            metavar="REFERENCE-OR-SKU",
            help="A reference, document id, customer order number, or SKU.",
        ),
    ],
) -> None:
    """Say where a document or an item stands, and what each rule decided about each of its lines."""
    with plain_errors():
        answer = explain(_settings(), " ".join(asked))
        console.print(show(answer))
        if not answer.is_found:
            raise typer.Exit(1)


@contextmanager
def _told_where_to_go_on(oldest: Window, part: Window) -> Iterator[None]:
    """What was read stays read: a re-sync that stops says how to read the rest."""
    try:
        yield
    except PipelineError:
        if oldest.start and part.end:
            last = (part.end - timedelta(days=1)).date()
            _say(f"to go on: cin7 resync --from {oldest.start.date()} --to {last}")
        raise


def _refuse_unknown(entities: list[str] | None) -> None:
    unknown = sorted(set(entities or ()) - ENDPOINTS.keys())
    if unknown:
        msg = f"{', '.join(unknown)}: no such entity; the entities are {', '.join(ENDPOINTS)}"
        raise SettingsError(msg)


def _range(first: date, last: date, settings: Settings) -> Window:
    if last < first:
        msg = f"--to {last} lies before --from {first}; swap them"
        raise SettingsError(msg)
    if first > settings.now().date():
        msg = f"--from {first} lies in the future; history ends today"
        raise SettingsError(msg)
    return Window.days(first, last)


def _read(settings: Settings, entities: dict[str, Window | None]) -> tuple[LoadReport, ...]:
    with display.progress(console) as on_progress:
        outcome = read_entities(settings, entities, on_progress=on_progress)
    if outcome.reports:
        console.print(display.loads(outcome.reports))
    for report in outcome.reports:
        if report.unknown_fields:
            _say(f"{report.entity}: Cin7 also sent {', '.join(report.unknown_fields)}; not stored")
        if report.used_offset_pages:
            _say(
                f"{report.entity}: Cin7 did not page by id, so that its pages were read twice by number"
            )
    outcome.raise_failures()
    return outcome.reports


def _build_and_publish(settings: Settings) -> None:
    _build(settings)
    _publish(settings)


def _build(settings: Settings) -> None:
    tables = 0
    for report in build_models(settings):
        tables += 1
        for result in report.checks:
            if not result.passed:
                _say(f"{report.model.name}: {result.about} ({result.failing_rows} rows do not)")
    console.print(f"Built and audited {tables} tables.")


def _publish(settings: Settings) -> None:
    release = publish_tables(settings)
    rows = sum(release.tables.values())
    console.print(
        f"Published {rows:,} rows in {len(release.tables)} tables: {settings.published_path}"
    )


def _show_price(settings: Settings, slices: list[Window]) -> None:
    with open_warehouse(settings.warehouse_path) as connection:
        create_raw_tables(connection)
        price = price_of(
            connection,
            slices,
            calls_per_minute=settings.calls_per_minute,
            calls_per_day=settings.calls_per_day,
        )
    console.print(display.price(price))
