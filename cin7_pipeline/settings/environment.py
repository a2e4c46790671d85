"""This module reads the environment variables `CIN7_…`, also from `.env`; nothing else does.

Every fault of all of them is reported at once, before anything is read. What a setting does is decided where
it is used; the files that people edit are read in `business`.
"""

import hashlib
import os
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import httpx
from pydantic import Field, PrivateAttr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)
from pydantic_settings.exceptions import SettingsError as UnreadableVariable

from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings.business import unread_files
from cin7_pipeline.settings.csv_reader import in_words, shortened
from cin7_pipeline.settings.validators import (
    CatalogAddress,
    Credential,
    Day,
    Engines,
    Entity,
    FilesPlace,
    Folder,
    OneLine,
    PlainWord,
    SecretAddress,
    SkippedEntities,
    Timestamp,
    TimeZone,
    Username,
    WebAddress,
    WholeNumber,
)

SANDBOX_TIME_ZONE = "Australia/Sydney"
SANDBOX_USERNAME = "sandbox"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
LOOKBACK_ADVICE = "write one variable an entity, like CIN7_LOOKBACK_DAYS_FOR__BRANCH_TRANSFERS=120"
MOST_CALLS = 10_000_000
Count = Annotated[WholeNumber, Field(ge=1, le=MOST_CALLS)]
Days = Annotated[WholeNumber, Field(ge=1, le=3650)]
ENV_FILE = Path(".env")
# What is typed here by mistake may be a key.
NEVER_SHOWN = ("username", "api_key", "base_url", "alert_url", "heartbeat_url", "publish_to")


class Settings(BaseSettings):
    """How to reach the account and how much of it to read; credentials are hidden in every repr."""

    model_config = SettingsConfigDict(
        env_prefix="CIN7_",
        env_file=ENV_FILE,
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    username: Username | None = None
    api_key: Credential | None = None
    base_url: WebAddress = "https://api.cin7.com/api"
    time_zone: TimeZone = SANDBOX_TIME_ZONE
    data_dir: Folder = Path("data")
    accounts_dir: Folder | None = None
    lookback_days: Days = 90
    lookback_days_for: dict[Entity, Days] = {}
    skip_entities: SkippedEntities = frozenset()
    history_start: Day = date(2023, 1, 1)
    calls_per_second: Count = 3
    calls_per_minute: Count = 60
    calls_per_day: Count = 5000
    calls_reserved: Annotated[WholeNumber, Field(ge=0, le=MOST_CALLS)] = 500
    gone_share_limit: float = Field(0.2, gt=0, le=1)
    rejected_share_limit: float = Field(0.05, gt=0, le=1)
    price_tier: OneLine = "wholesale"
    stale_after_days: Days = 60
    etd_means: Literal["delivery", "departure"] = "delivery"
    ships_from: Literal["branch", "distribution_branch"] = "branch"
    sells_without_stock: Literal["no", "yes"] = "no"
    forecast_mean_column: OneLine | None = None
    forecast_engines: Engines = ()
    forecast_max_age_days: Days = 14
    default_lead_days: Days = 30
    default_transfer_days: Days = 7
    overdue_limit_days: Days = 42
    default_branch_id: Annotated[WholeNumber, Field(ge=1, le=MOST_CALLS)] | None = None
    keep_releases: Annotated[WholeNumber, Field(ge=1, le=1000)] = 5
    past_releases: Literal["thinned", "none"] = "thinned"
    erase_after_days: Annotated[WholeNumber, Field(ge=0, le=3650)] = 180
    memory_limit_mb: Annotated[WholeNumber, Field(ge=500, le=1_000_000)] = 2600
    threads: Annotated[WholeNumber, Field(ge=1, le=1000)] | None = None
    publish_to: CatalogAddress | None = None
    lake_files: FilesPlace | None = None
    lake_name: PlainWord = "lake"
    lake_keep_days: Days = 30
    lake_python: Folder = Path(".venv-lake/bin/python")
    alert_url: SecretAddress | None = None
    heartbeat_url: SecretAddress | None = None
    as_of: Timestamp | None = None
    sandbox_opened_on: Day | None = None
    _env_file: Path = PrivateAttr(ENV_FILE)

    @model_validator(mode="after")
    def _credentials_come_in_pairs(self) -> Self:
        if (self.username is None) != (self.api_key is None):
            missing = "CIN7_USERNAME" if self.username is None else "CIN7_API_KEY"
            msg = f"{missing} is missing; set username and key, or neither to use the sandbox"
            raise ValueError(msg)
        if self.username is not None and "time_zone" not in self.model_fields_set:
            msg = "CIN7_TIME_ZONE is missing; set your account's zone, like Australia/Sydney"
            raise ValueError(msg)
        if self.publish_to is not None and self.lake_files is None:
            msg = "CIN7_LAKE_FILES is missing; name the folder, or s3://…, of the files of CIN7_PUBLISH_TO"
            raise ValueError(msg)
        if self.calls_reserved >= self.calls_per_day:
            msg = f"CIN7_CALLS_RESERVED must be below CIN7_CALLS_PER_DAY ({self.calls_per_day})"
            raise ValueError(msg)
        return self

    @property
    def uses_sandbox(self) -> bool:
        """Whether no credentials are given, so that the account is the simulated one."""
        return self.username is None

    @property
    def uses_simulated_account(self) -> bool:
        """Whether the account is the simulated one, also where `cin7 sandbox` serves it on this machine."""
        if self.username is None:
            return True
        return self._is_here and self.username.get_secret_value() == SANDBOX_USERNAME

    @property
    def _is_here(self) -> bool:
        """Whether the address is one of this machine's own."""
        return httpx.URL(self.base_url).host in LOOPBACK

    @property
    def key_id(self) -> str:
        """A short name for the key, which tells nothing about it; its calls are counted under this name."""
        if self.username is None or self.api_key is None:
            return "sandbox"
        return _digest(self.username.get_secret_value(), self.api_key.get_secret_value())

    @property
    def account_id(self) -> str:
        """A short name for the account; another key of the same account has the same."""
        return self.account_ids[0]

    @property
    def account_ids(self) -> tuple[str, ...]:
        """The account's name, and the one that an address with a `/` at its end had in earlier versions."""
        if self.username is None:
            return ("sandbox",)
        username = self.username.get_secret_value()
        return _digest(self.base_url, username), _digest(f"{self.base_url}/", username)

    @property
    def warehouse_path(self) -> Path:
        """The database that the pipeline writes."""
        return self.data_dir / "warehouse.duckdb"

    @property
    def published_path(self) -> Path:
        """The database that people open."""
        return self.data_dir / "planning.duckdb"

    @property
    def alias_path(self) -> Path:
        """Second link to the same file: DuckDB's shell uses the file name as catalog name.

        A catalog called `planning` would clash with the schema.
        """
        return self.data_dir / "cin7.duckdb"

    @property
    def rules_dir(self) -> Path:
        """The CSV files that people edit."""
        return self.data_dir / "settings"

    @property
    def forecasts_dir(self) -> Path:
        """The folder that other engines put their forecasts into."""
        return self.data_dir / "forecasts"

    @property
    def state_dir(self) -> Path:
        """The folder of what runs share: the run lock, the call store, the salt; dlt works in it too."""
        return self.data_dir / "state"

    @property
    def calls_path(self) -> Path:
        """The file in which calls are counted: one for all data folders of this user, as the key is one.

        The simulated account is another one in each folder. Where the user's own state cannot be written to,
        as in a container, the folder counts for itself, and `warnings` says so.

        What an earlier version counted in the data folder is not carried over: it is outdated a day after
        the upgrade, and if the day's calls are spent before, Cin7 says so and everybody waits.
        """
        shared = user_state_folder()
        if self.uses_simulated_account or shared is None:
            return self.state_dir / "calls.sqlite"
        return shared / "calls.sqlite"

    @property
    def salt_path(self) -> Path:
        """The salt of the account's hashes, made once and readable by its owner only."""
        return self.state_dir / "salt"

    def now(self) -> datetime:
        """Return the present time in UTC, or the one that CIN7_AS_OF fixes."""
        return self.as_of or datetime.now(UTC)

    def local_date(self, timestamp: datetime) -> date:
        """Return the account's calendar day at that time."""
        return timestamp.astimezone(ZoneInfo(self.time_zone)).date()

    def lookback_of(self, entity: str) -> int:
        """Return how many days back a daily sync of this entity reads."""
        return self.lookback_days_for.get(entity, self.lookback_days)

    def warnings(self) -> list[str]:
        """List what is allowed but unwise, and variables and files that nothing reads, a sentence each."""
        spans = {"CIN7_LOOKBACK_DAYS": self.lookback_days}
        spans |= {
            f"CIN7_LOOKBACK_DAYS_FOR__{name.upper()}": days
            for name, days in self.lookback_days_for.items()
        }
        too_short = [
            f"{name}={days} is below 7: edits made while the sync was down for a week would be missed"
            for name, days in spans.items()
            if days < 7
        ]
        found = []
        # Whoever serves the simulated account at a fixed time knows that it is fixed.
        if self.as_of is not None and (self.uses_sandbox or not self.uses_simulated_account):
            time = f"{self.as_of:%Y-%m-%d %H:%M} UTC"
            found.append(
                f"CIN7_AS_OF fixes the time at {time}: the tables describe that time, not today"
            )
        if self.username is not None and self.base_url.startswith("http:") and not self._is_here:
            found.append(
                "CIN7_BASE_URL begins with http://: everybody on the way can read the key; write https://"
            )
        if not self.uses_simulated_account and user_state_folder() is None:
            found.append(
                f"Calls are counted in {self.state_dir} alone, as this user has no state folder to write to:"
                " other folders with the same key count apart; set XDG_STATE_HOME to one they share"
            )
        return found + too_short + _unread_variables(self._env_file) + unread_files(self.rules_dir)


def _unread_variables(env_file: Path) -> list[str]:
    """List names that look like ours and are no setting, probably typos; their values may be a key."""
    sources = EnvSettingsSource(Settings), DotEnvSettingsSource(Settings, env_file)
    found = {name.upper() for source in sources for name in source.env_vars}
    declared = [f"CIN7_{name.upper()}" for name in Settings.model_fields]
    warnings = []
    for name in sorted(found - {*declared}):
        if name.startswith("CIN7_") and not name.startswith("CIN7_LOOKBACK_DAYS_FOR__"):
            close = get_close_matches(name, declared, n=1, cutoff=0.8)
            hint = f"perhaps {close[0]} was meant" if close else ".env.example lists all settings"
            warnings.append(f"{name} is no setting and was ignored; {hint}")
    return warnings


def user_state_folder() -> Path | None:
    """Return the folder of what all processes of this user share; None where it cannot be written to."""
    try:
        base = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    except RuntimeError:  # a user without a home
        return None
    folder = base / "cin7-pipeline"
    existing = next(each for each in (folder, *folder.parents) if each.exists())
    is_writable = existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)
    return folder if base.is_absolute() and is_writable else None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def load_settings(env_file: Path = ENV_FILE, **overrides: Any) -> Settings:
    """Load the settings from the environment, then from `env_file`; `overrides` win over both.

    Raises:
        SettingsError: one line a fault, naming the variable, its value and what would be right.
    """
    try:
        settings = Settings(**{"_env_file": env_file} | overrides)
        settings._env_file = env_file
        return settings
    except ValidationError as error:
        faults = [_environment_fault(fault) for fault in error.errors(include_url=False)]
    except UnicodeDecodeError:
        faults = [f"  {env_file}: is not UTF-8; save it as UTF-8"]
    except UnreadableVariable:
        faults = [f"  CIN7_LOOKBACK_DAYS_FOR: {LOOKBACK_ADVICE}"]
    msg = "\n".join(["The settings are wrong; nothing was read.", *faults])
    raise SettingsError(msg)


def _environment_fault(fault: Any) -> str:
    if not fault["loc"]:
        return f"  {fault['ctx']['error']}"
    name = "CIN7_" + "__".join(str(part) for part in fault["loc"] if part != "[key]").upper()
    if fault["type"] == "dict_type":
        return f"  {name}: {LOOKBACK_ADVICE}"
    shown = "" if fault["loc"][0] in NEVER_SHOWN else f"={shortened(fault['input'])}"
    return f"  {name}{shown}: {in_words(fault)}"
