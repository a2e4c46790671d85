"""This module publishes an account's current release to the lake, and looks after the lake.

A note in the account's folder says which release the lake has, so that none is brought twice in a row, and
one that the lake missed is brought with the next publish. After a rollback it gets the earlier release again.
"""

import json
from collections.abc import Mapping
from secrets import token_hex
from typing import Any

from filelock import FileLock

from cin7_pipeline.accounts import is_account_name
from cin7_pipeline.errors import PipelineError, SettingsError
from cin7_pipeline.files import PRIVATE_FILE, private_folder, write_atomic
from cin7_pipeline.lake.catalog import LakeUnavailable, call_catalog, lake_folder
from cin7_pipeline.load.report import LoadOutcome
from cin7_pipeline.settings import Settings
from cin7_pipeline.warehouse.connection import open_release
from cin7_pipeline.warehouse.releases import Releases

# So long a query may read what was forgotten, and a release be on its way.
GRACE_DAYS = 2


def publish_to_lake(settings: Settings) -> LoadOutcome:
    """Bring the release that people read into the lake, if there is one that lacks it; return what failed.

    Nothing that fails here takes anything away from planners, so it is added to what else failed.
    """
    if settings.publish_to is None:
        return LoadOutcome()
    try:
        _publish(settings)
    except (PipelineError, OSError) as error:
        reason = " ".join(str(error).split())
        msg = f"The lake lacks the release that planners read, the next publish brings it: {reason}"
        return LoadOutcome(failures={"lake": LakeUnavailable(msg)})
    return LoadOutcome()


def look_after_lake(settings: Settings) -> dict[str, Any]:
    """Renew the views over all accounts, forget releases older than CIN7_LAKE_KEEP_DAYS; say how many.

    Raises:
        SettingsError: CIN7_PUBLISH_TO names no lake.
        LakeUnavailable: the lake does not answer.
    """
    if settings.publish_to is None:
        msg = "CIN7_PUBLISH_TO is not set, so there is no lake to look after"
        raise SettingsError(msg)
    return call_catalog(
        settings, "upkeep", keep_days=settings.lake_keep_days, grace_days=GRACE_DAYS
    )


def _publish(settings: Settings) -> None:
    """Bring the release that people read, one process at a time: the last one sees what was shown last."""
    releases, note = Releases(settings.data_dir), settings.state_dir / "lake.json"
    private_folder(settings.state_dir)
    with FileLock(settings.state_dir / "lake.lock", mode=PRIVATE_FILE):
        if (manifest := releases.manifest()) is None:
            return
        # Which lake it is, without what an address may hold of a password.
        lake = f"{settings.lake_name} in {lake_folder(settings)}"
        present = {"lake": lake, "release": manifest["release"]}
        if note.exists() and json.loads(note.read_text(encoding="utf-8")) == present:
            return
        _bring(settings, manifest["release"], manifest["tables"])
        write_atomic(note, json.dumps(present).encode())


def _bring(settings: Settings, release: str, rows_of: Mapping[str, int]) -> None:
    """Upload a release's tables and register them.

    Each time they get a folder of their own: files that two registrations share would be removed with the
    earlier one (a rollback brings a release again, and so does a kill right after it was registered).
    """
    from cin7_pipeline.lake.upload import upload

    account, about = _schema_of(settings), _comments(settings)
    source = Releases(settings.data_dir).folder / release / "parquet"
    target = f"{lake_folder(settings)}{account}/{release}-{token_hex(4)}"
    # A file without rows would never be registered, and so never be removed.
    upload(source, [f"{table}.parquet" for table, rows in rows_of.items() if rows], target)
    tables = [
        {
            "name": table,
            "about": about.get(table) or "",
            "local": str((source / f"{table}.parquet").absolute()),
            "file": f"{target}/{table}.parquet" if rows else None,
        }
        for table, rows in rows_of.items()
    ]
    call_catalog(settings, "register", account=account, release=release, tables=tables)


def _schema_of(settings: Settings) -> str:
    """Return the account's schema: the name of its folder.

    Raises:
        SettingsError: it is no plain word.
    """
    name = settings.data_dir.absolute().name
    if not is_account_name(name):
        msg = f"{settings.data_dir}: the folder's name is the account's in the lake: make it a plain word"
        raise SettingsError(msg)
    return name


def _comments(settings: Settings) -> dict[str, str]:
    """Return what each planning table says of itself."""
    query = "select table_name, comment from duckdb_tables() where schema_name = 'planning'"
    with open_release(settings) as connection:
        return dict(connection.execute(query).fetchall())
