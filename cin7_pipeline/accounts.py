"""This module finds the accounts of a fleet: a folder each, which is a data folder with a `.env` of its own.

`CIN7_ACCOUNTS_DIR` holds the folders; a folder's name is the account's. What a variable of the environment
says holds for all of them, so those that can only be of one account are refused there.
"""

import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from httpx import InvalidURL

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.settings.validators import PLAIN_WORD, normal_address

# Schemas of the lake that belong to nobody.
RESERVED = {"everyone", "main", "information_schema", "pg_catalog"}
OF_ONE_ACCOUNT = {
    f"CIN7_{name}"
    for name in ("USERNAME", "API_KEY", "BASE_URL", "TIME_ZONE", "DATA_DIR", "DEFAULT_BRANCH_ID")
}


@dataclass(frozen=True)
class Account:
    """An account of the fleet: the name and the folder of its data, settings and key."""

    name: str
    folder: Path

    @property
    def env_file(self) -> Path:
        """The account's own variables, with its key."""
        return self.folder / ".env"

    def settings(self) -> Settings:
        """Return the account's settings, from its `.env` and what the environment says for all accounts.

        Raises:
            SettingsError: its `.env` is missing, wrong, or can be read by others.
        """
        if not self.env_file.is_file():
            msg = (
                f"{self.env_file} is missing: copy .env.example there, fill it in, chmod 600 it"
                " (an empty one is a sandbox account)"
            )
            raise SettingsError(msg)
        if self.env_file.stat().st_mode & 0o077:
            msg = f"{self.env_file} can be read by other users of this machine: chmod 600 it"
            raise SettingsError(msg)
        return load_settings(self.env_file, data_dir=self.folder)


def load_accounts(folder: Path | None = None) -> dict[str, Account]:
    """Return the accounts in `folder`, or in CIN7_ACCOUNTS_DIR, by name.

    An account whose own settings are wrong is among them: it fails by itself, when it is used.

    Raises:
        SettingsError: there is no such folder, a name is no plain word, the environment holds what belongs
            to one account, or two folders are of the same account.
    """
    _refuse_variables_of_one_account()
    folder = folder or load_settings().accounts_dir
    if folder is None:
        msg = "CIN7_ACCOUNTS_DIR is not set: name the folder that has a folder for each account"
        raise SettingsError(msg)
    if not folder.is_dir():
        msg = (
            f"CIN7_ACCOUNTS_DIR={folder} is no folder: make it, and a folder for each account in it"
        )
        raise SettingsError(msg)
    found = sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
    for path in found:
        if not is_account_name(path.name):
            msg = (
                f"{path} cannot be an account: rename it to a plain word of small letters, digits, - and _,"
                f" other than {', '.join(sorted(RESERVED))}"
            )
            raise SettingsError(msg)
    accounts = {path.name: Account(path.name, path) for path in found}
    _refuse_twins(accounts)
    return accounts


def is_account_name(name: str) -> bool:
    """Tell whether a folder's name can be an account's, and a schema's of the lake."""
    return bool(PLAIN_WORD.fullmatch(name)) and name not in RESERVED


def account_of(name: str) -> Account:
    """Return the account of that name.

    Raises:
        SettingsError: there is none; the message lists those that are.
    """
    accounts = load_accounts()
    if name not in accounts:
        msg = f"no account is called {name!r}; there are {', '.join(accounts) or 'none'}"
        raise SettingsError(msg)
    return accounts[name]


def _refuse_variables_of_one_account() -> None:
    stray = sorted(name for name in os.environ if name.upper() in OF_ONE_ACCOUNT)
    if stray:
        msg = (
            f"{', '.join(stray)} in the environment would be every account's: unset, and write it into the"
            " account's own .env"
        )
        raise SettingsError(msg)


def _refuse_twins(accounts: Mapping[str, Account]) -> None:
    """Refuse two folders of one account: each would spend the other's calls and miss its reads."""
    folders: dict[tuple[str, str], list[str]] = defaultdict(list)
    for account in accounts.values():
        if identity := _identity(account.env_file):
            folders[identity].append(str(account.folder))
    for twins in folders.values():
        if len(twins) > 1:
            msg = f"{' and '.join(twins)} are of the same account: keep one of them"
            raise SettingsError(msg)


def _identity(env_file: Path) -> tuple[str, str] | None:
    """Return the address and the user that a `.env` names, read alone, as every run reads those of all.

    None is for a sandbox account, and for what the account's own run will refuse.
    """
    try:
        said = {name.upper(): value for name, value in dotenv_values(env_file).items()}
        address = normal_address(
            said.get("CIN7_BASE_URL") or Settings.model_fields["base_url"].default
        )
    except (OSError, ValueError, InvalidURL):
        return None
    username = said.get("CIN7_USERNAME")
    return (address, username) if username else None
