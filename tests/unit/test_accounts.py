"""Accounts of a fleet: a folder each, found by name, and what cannot be told apart is refused."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cin7_pipeline.accounts import account_of, load_accounts
from cin7_pipeline.errors import SettingsError
from tests.environment import bare_environment
from tests.fleet import add_account, shop_variables
from tests.sample_shop import cin7, open_shop

OF_A = {"CIN7_USERNAME": "a", "CIN7_API_KEY": "key-of-acme", "CIN7_TIME_ZONE": "Europe/London"}


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Path]:
    """The folder of accounts, which the environment names and nothing else."""
    folder = tmp_path / "accounts"
    folder.mkdir()
    with bare_environment(tmp_path, CIN7_ACCOUNTS_DIR=str(folder)):
        yield folder


def test_an_account_is_a_folder_with_its_own_variables(accounts: Path) -> None:
    """What its `.env` says is its own, the environment's is everybody's; a hidden folder is none."""
    add_account(accounts, "acme", OF_A | {"CIN7_LOOKBACK_DAYS": "30", "CIN7_NOTHING": "1"})
    add_account(accounts, "beta", {})
    (accounts / ".dagster").mkdir()
    found = {name: account.settings() for name, account in load_accounts().items()}
    assert list(found) == ["acme", "beta"]
    assert (found["acme"].data_dir, found["acme"].time_zone) == (accounts / "acme", "Europe/London")
    assert (found["acme"].lookback_days, found["beta"].lookback_days) == (30, 90)
    assert found["beta"].uses_sandbox
    assert any("CIN7_NOTHING is no setting" in text for text in found["acme"].warnings())
    assert not any("CIN7_NOTHING" in text for text in found["beta"].warnings())


@pytest.mark.parametrize(
    "name", ["CIN7_API_KEY", "cin7_username", "CIN7_BASE_URL", "CIN7_TIME_ZONE", "CIN7_DATA_DIR"]
)
def test_a_variable_of_one_account_may_not_be_everybodys(
    accounts: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What goes before every `.env` would send one account's key for all: refused, and not shown."""
    add_account(accounts, "acme", OF_A)
    monkeypatch.setenv(name, "UTC")
    with pytest.raises(SettingsError, match=f"^{name} in the environment would be every account's"):
        load_accounts(accounts)


def test_two_folders_of_one_account_are_refused(accounts: Path) -> None:
    """The same account twice would spend its calls twice; sandboxes are each another account."""
    for name in ("acme", "beta"):
        add_account(accounts, name, OF_A | {"CIN7_API_KEY": f"key-{name}"})
        add_account(accounts, f"sandbox-{name}", {})
    with pytest.raises(SettingsError, match=r"acme and .*/beta are of the same account") as told:
        load_accounts()
    assert "sandbox" not in str(told.value)


@pytest.mark.parametrize("name", ["Acme", "a b", "1st", "a.b", "akmé", "everyone", "x" * 41])
def test_a_name_that_is_no_plain_word_is_refused(accounts: Path, name: str) -> None:
    """Names go into paths, tags and schemas, so they are plain words."""
    add_account(accounts, name, {})
    with pytest.raises(SettingsError, match="rename it to a plain word"):
        load_accounts()


@pytest.mark.parametrize(
    ("mode", "words"), [(0o640, "chmod 600"), (0o604, "chmod 600"), (None, "copy .env.example")]
)
def test_a_key_that_others_can_read_is_not_used(
    accounts: Path, mode: int | None, words: str
) -> None:
    """A `.env` open to others, or none at all, stops its own account and no other."""
    folder = add_account(accounts, "acme", OF_A, mode or 0o600)
    if mode is None:
        (folder / ".env").unlink()
    add_account(accounts, "beta", {})
    with pytest.raises(SettingsError, match=words):
        account_of("acme").settings()
    assert account_of("beta").settings().uses_sandbox
    assert words in " ".join(cin7("accounts").stdout.split())


def test_what_is_no_account_is_refused(accounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is no folder, a folder that is not there, and a variable that is not set: in words."""
    add_account(accounts, "beta", {})
    refused = cin7("--account", "acme", "status")
    assert refused.exit_code == 1
    assert "no account is called 'acme'; there are beta" in refused.stderr
    monkeypatch.setenv("CIN7_ACCOUNTS_DIR", str(accounts / "nowhere"))
    assert "is no folder" in cin7("accounts").stderr
    monkeypatch.delenv("CIN7_ACCOUNTS_DIR")
    assert "CIN7_ACCOUNTS_DIR is not set" in cin7("accounts").stderr


def test_commands_work_on_the_account_that_is_named(accounts: Path) -> None:
    """`cin7 --account NAME sync` publishes that one; `cin7 accounts` says how each stands."""
    with open_shop(accounts.parent / "shop") as shop:
        add_account(accounts, "acme", shop_variables(shop))
        wrong = shop_variables(shop, CIN7_API_KEY="wrong-key-of-beta")
        wrong["CIN7_BASE_URL"] = wrong["CIN7_BASE_URL"].replace("127.0.0.1", "localhost")
        add_account(accounts, "beta", wrong)
        published = cin7("--account", "acme", "sync")
        refused = cin7("--account", "beta", "sync")
        told = cin7("accounts").stdout
    assert published.exit_code == 0, published.output
    assert refused.exit_code == 1
    assert (accounts / "acme" / "planning.duckdb").exists()
    assert not (accounts / "beta" / "planning.duckdb").exists()
    acme, beta = told[told.index("acme") :].split("beta")
    assert "2026-06-30" in acme
    assert "planning-20" in acme
    assert "adjustments cannot be read" in " ".join(beta.split())
    assert "wrong-key-of-beta" not in told + refused.output
