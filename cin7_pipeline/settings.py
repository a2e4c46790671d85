"""The only reader of environment variables and settings files.

Environment (`CIN7_…`, also from `.env`) says how to reach Cin7 and how much to read; the CSV files in
`<data>/settings/` say what the business means by a channel, a warehouse, a customer group or a custom
field. Every fault of all of them is reported at once, before anything is read. What the settings do is
decided elsewhere.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from cin7_pipeline.api.endpoints import ENDPOINTS
from cin7_pipeline.csv_rows import plain, read_rows
from cin7_pipeline.errors import SettingsError

SANDBOX_TIME_ZONE = "Australia/Sydney"
UNMAPPED = "unmapped"


def known_time_zone(name: str) -> str:
    """The name, if it is one of the IANA time zones."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        msg = "is no IANA time zone; write one like Australia/Sydney or Europe/London"
        raise ValueError(msg) from None
    return name


def known_entity(name: str) -> str:
    """The name, if an endpoint is called so."""
    if name not in ENDPOINTS:
        msg = f"is no entity; the entities are {', '.join(ENDPOINTS)}"
        raise ValueError(msg)
    return name


def entity_with_custom_fields(name: str) -> str:
    """The name, if records of the endpoint called so carry custom fields that we can read."""
    known = [endpoint.name for endpoint in ENDPOINTS.values() if endpoint.has_custom_fields]
    if name not in known:
        msg = f"has no custom fields that are read; those that have are {', '.join(known)}"
        raise ValueError(msg)
    return name


def custom_field_code(code: str) -> str:
    """The code, if it can be asked for inside `fields=customFields(…)`."""
    if not re.fullmatch(r"\w+", code):
        msg = "is no code of a custom field; write Cin7's own, like orders_1000"
        raise ValueError(msg)
    return code


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; one without a zone is taken for UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class ChannelRule(BaseModel):
    """One row of `channels.csv`; the first row that matches an order, by priority, names its channel."""

    priority: int
    field: Literal[
        "source",
        "reference",
        "company",
        "project_name",
        "customer_order_no",
        "customer_group",
        "customer_id",
        "branch_id",
        "stage",
    ]
    pattern: str = Field(min_length=1)
    channel: str = Field(min_length=1)
    is_included: bool


class WarehouseRule(BaseModel):
    """One row of `warehouses.csv`: the warehouse a branch belongs to."""

    branch_id: int
    warehouse: str = Field(min_length=1)
    is_enabled: bool


class CustomerGroupRule(BaseModel):
    """One row of `customer_groups.csv`: whether sales to a contact group count as demand."""

    group: str
    is_included: bool


class CustomFieldRule(BaseModel):
    """One row of `custom_fields.csv`: a custom field that is read, and the name people know it by."""

    entity: Annotated[str, AfterValidator(entity_with_custom_fields)]
    cin7_field: Annotated[str, AfterValidator(custom_field_code)]
    name: str = Field(min_length=1)


SHOPIFY_IS_LEFT_OUT = ChannelRule(
    priority=1_000_000, field="source", pattern="%shopify%", channel="Shopify", is_included=False
)


@dataclass(frozen=True)
class BusinessSettings:
    """What people say about their own account; an absent file is an empty tuple."""

    channels: tuple[ChannelRule, ...] = (SHOPIFY_IS_LEFT_OUT,)
    warehouses: tuple[WarehouseRule, ...] = ()
    customer_groups: tuple[CustomerGroupRule, ...] = ()
    custom_fields: tuple[CustomFieldRule, ...] = ()

    def custom_fields_of(self, entity: str) -> tuple[str, ...]:
        """Cin7's codes of the custom fields that are read of this entity."""
        return tuple(rule.cin7_field for rule in self.custom_fields if rule.entity == entity)


class Settings(BaseSettings):
    """How to reach the account and how much of it to read; credentials are hidden in every repr."""

    model_config = SettingsConfigDict(
        env_prefix="CIN7_",
        env_file=".env",
        env_nested_delimiter="__",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    username: SecretStr | None = None
    api_key: SecretStr | None = None
    base_url: str = Field("https://api.cin7.com/api", pattern=r"^https?://")
    time_zone: Annotated[str, AfterValidator(known_time_zone)] = SANDBOX_TIME_ZONE
    data_dir: Path = Path("data")
    lookback_days: int = Field(90, ge=1, le=3650)
    lookback_days_for: dict[
        Annotated[str, AfterValidator(known_entity)], Annotated[int, Field(ge=1, le=3650)]
    ] = {}
    history_start: date = date(2023, 1, 1)
    calls_per_second: int = Field(3, ge=1)
    calls_per_minute: int = Field(60, ge=1)
    calls_per_day: int = Field(5000, ge=1)
    calls_reserved: int = Field(500, ge=0)
    gone_share_limit: float = Field(0.2, gt=0, le=1)
    price_tier: str = "wholesale"
    stale_after_days: int = Field(60, ge=1)
    keep_releases: int = Field(5, ge=1)
    as_of: Annotated[datetime, AfterValidator(in_utc)] | None = None

    @model_validator(mode="after")
    def _credentials_come_in_pairs(self) -> Self:
        if (self.username is None) != (self.api_key is None):
            missing = "CIN7_USERNAME" if self.username is None else "CIN7_API_KEY"
            msg = f"{missing} is missing; set both it and its twin, or neither to use the sandbox"
            raise ValueError(msg)
        if self.username is not None and "time_zone" not in self.model_fields_set:
            msg = "CIN7_TIME_ZONE is missing; set your account's zone, like Australia/Sydney"
            raise ValueError(msg)
        if self.calls_reserved >= self.calls_per_day:
            msg = f"CIN7_CALLS_RESERVED must be below CIN7_CALLS_PER_DAY ({self.calls_per_day})"
            raise ValueError(msg)
        return self

    @property
    def uses_sandbox(self) -> bool:
        """True where no credentials are given, so that the account is the simulated one."""
        return self.username is None

    @property
    def account(self) -> str:
        """A short name for the key that tells nothing about it; the call budget is kept under it."""
        if self.username is None or self.api_key is None:
            return "sandbox"
        pair = f"{self.username.get_secret_value()}\n{self.api_key.get_secret_value()}"
        return hashlib.sha256(pair.encode()).hexdigest()[:12]

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
        """The same under a name that no schema has, for clients that take the file's for a catalogue."""
        return self.data_dir / "cin7.duckdb"

    @property
    def rules_dir(self) -> Path:
        """The CSV files that people edit."""
        return self.data_dir / "settings"

    @property
    def state_dir(self) -> Path:
        """Locks and the call budget."""
        return self.data_dir / "state"

    def now(self) -> datetime:
        """The present moment in UTC, or the one that CIN7_AS_OF fixes."""
        return self.as_of or datetime.now(UTC)

    def local_date(self, moment: datetime) -> date:
        """The account's calendar day at a moment."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def lookback_of(self, entity: str) -> int:
        """Days that a daily sync of this entity reads back."""
        return self.lookback_days_for.get(entity, self.lookback_days)

    def warnings(self) -> list[str]:
        """What is allowed but unwise, a sentence each."""
        spans = {"CIN7_LOOKBACK_DAYS": self.lookback_days}
        spans |= {
            f"CIN7_LOOKBACK_DAYS_FOR__{name.upper()}": days
            for name, days in self.lookback_days_for.items()
        }
        return [
            f"{name}={days} is below 7: edits made while the sync was down for a week would be missed"
            for name, days in spans.items()
            if days < 7
        ]


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process; `overrides` win over the environment.

    Raises:
        SettingsError: one line a fault, naming the variable, its value and what would be right.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        faults = [_environment_fault(fault) for fault in error.errors(include_url=False)]
    msg = "\n".join(["The settings are wrong; nothing was read.", *faults])
    raise SettingsError(msg)


def _environment_fault(fault: Any) -> str:
    if not fault["loc"]:
        return f"  {fault['ctx']['error']}"
    name = "CIN7_" + "__".join(str(part) for part in fault["loc"] if part != "[key]").upper()
    shown = "" if fault["loc"][0] in ("username", "api_key") else f"={fault['input']!r}"
    return f"  {name}{shown}: {plain(fault)}"


def load_business_settings(folder: Path) -> BusinessSettings:
    """The CSV files of `folder`; a file that is not there leaves its rule at the default.

    Raises:
        SettingsError: every fault of every file, with the file, line, value and what would be right.
    """
    faults: list[str] = []
    channels = read_rows(folder / "channels.csv", ChannelRule, faults, lambda r: r.priority)
    warehouses = read_rows(folder / "warehouses.csv", WarehouseRule, faults, lambda r: r.branch_id)
    groups = read_rows(folder / "customer_groups.csv", CustomerGroupRule, faults, lambda r: r.group)
    custom_fields = read_rows(
        folder / "custom_fields.csv",
        CustomFieldRule,
        faults,
        lambda r: f"{r.entity} {r.cin7_field.casefold()}",
        lambda r: f"{r.entity} {r.name}",
    )
    faults += _warehouse_faults(folder / "warehouses.csv", warehouses)
    if faults:
        msg = "\n".join(["The settings files are wrong; nothing was read.", *faults])
        raise SettingsError(msg)
    return BusinessSettings(
        channels=(*channels, SHOPIFY_IS_LEFT_OUT),
        warehouses=tuple(warehouses),
        customer_groups=tuple(groups),
        custom_fields=tuple(custom_fields),
    )


def _warehouse_faults(path: Path, rules: Iterable[WarehouseRule]) -> Iterator[str]:
    """Faults that only show between rows, or that clash with a name of ours."""
    enabled: dict[str, bool] = {}
    for rule in rules:
        if rule.warehouse == UNMAPPED:
            yield f"  {path}: a warehouse may not be called {UNMAPPED!r}, the name of what is missing here"
        if enabled.setdefault(rule.warehouse, rule.is_enabled) != rule.is_enabled:
            yield f"  {path}: {rule.warehouse!r} is enabled in one row and not in another; decide for one"
