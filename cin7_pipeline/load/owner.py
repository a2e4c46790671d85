"""Whose data a warehouse holds: one account's, never two accounts' mixed."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from cin7_pipeline.errors import SettingsError


def require_same_account(connection: DuckDBPyConnection, owner: str, data_dir: Path) -> None:
    """Note that the warehouse holds the data of `owner`, or see that it does.

    Raises:
        SettingsError: it holds another account's, such as the sandbox's; nothing was changed.
    """
    row = connection.execute("select owner from raw.sync_owner").fetchone()
    if row is None:
        connection.execute("insert into raw.sync_owner values (?)", [owner])
    elif row[0] != owner:
        held = "the sandbox's data" if row[0] == "sandbox" else "another account's data"
        msg = (
            f"{data_dir} holds {held}, and two accounts are never mixed: set CIN7_DATA_DIR to another"
            " folder, or remove what runs made there with `make clean`"
        )
        raise SettingsError(msg)
