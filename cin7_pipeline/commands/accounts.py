"""`cin7 accounts`: how each account of the fleet stands, a line each."""

from datetime import datetime

from cin7_pipeline.account import rate_limiter_of
from cin7_pipeline.accounts import Account, load_accounts
from cin7_pipeline.console import console, table_of
from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.pipeline import failing, last_failed_release
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_release
from cin7_pipeline.warehouse.releases import Releases, current_rollback

# When all was last read, the release that people read, calls left, and what is the matter.
Line = tuple[datetime | None, str | None, int | None, str | None]


def run() -> None:
    """Print a line for each account, in the order of their names.

    Raises:
        SettingsError: the folder of accounts, or the environment, is wrong.
    """
    rows = [(account.name, *_line_of(account)) for account in load_accounts().values()]
    if not rows:
        console().print("There is no account yet: a folder in CIN7_ACCOUNTS_DIR is one.")
        return
    columns = ["account", "last success (UTC)", "release", "calls left", "problem"]
    console().print(table_of("", columns, rows))


def _line_of(account: Account) -> Line:
    """Return how an account stands; what is wrong with it alone is said in its line."""
    try:
        settings = account.settings()
        release = Releases(settings.data_dir).shown()
        read_at = _last_success(settings) if release else None
        return read_at, release, rate_limiter_of(settings).left(), _problem(settings, release)
    except PipelineError as error:
        return None, None, None, " ".join(str(error).split())


def _last_success(settings: Settings) -> datetime | None:
    """Return when the last of all entities was last read without fault, as is published."""
    query = "select min(last_success_at) from planning.sync_status where not is_skipped"
    with open_release(settings) as connection:
        row = connection.execute(query).fetchone()
    return row[0] if row else None


def _problem(settings: Settings, release: str | None) -> str | None:
    """Return what a person should look at first; None where nothing is."""
    try:
        failures = [f"{each.entity} cannot be read: {each.error}" for each in failing(settings)]
    except WarehouseBusy:
        return "a run is under way"
    if problem := last_failed_release(settings):
        failures.append(f"what is published is older than what was read: {problem}")
    if rollback := current_rollback(settings.data_dir):
        failures.append(str(rollback))
    if release is None:
        failures.append("nothing is published yet")
    more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    return failures[0] + more if failures else None
