"""A fleet of accounts in a folder, for tests: each with a `.env` of its own, nothing in the environment."""

from collections.abc import Mapping
from pathlib import Path

from tests.sample_shop import environment
from tests.unit.load.fake_account import Company


def add_account(accounts: Path, name: str, variables: Mapping[str, str], mode: int = 0o600) -> Path:
    """Make the folder of an account, whose `.env` says these variables."""
    folder = accounts / name
    folder.mkdir(parents=True)
    env_file = folder / ".env"
    env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))
    env_file.chmod(mode)
    return folder


def shop_variables(shop: Company, **others: str) -> dict[str, str]:
    """What the `.env` of an account says that is the shop."""
    variables = environment(shop) | others
    del variables["CIN7_DATA_DIR"]  # the account's own folder
    return variables
