"""Any text in a variable: it means exactly what is written, or is refused by its name."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin7_pipeline.settings import Settings, load_settings
from cin7_pipeline.settings.environment import NEVER_SHOWN
from tests.environment import bare_environment
from tests.text_strategies import TEXT, refused

ODD_NUMBERS = [
    "1_000",
    "1e3",
    "7.0",
    "９０",
    "+5",
    " 5 ",
    "-1",
    "0x10",
    "9" * 40,
    "nan",
    "inf",
    "0.5",
    "1",
]
ODD_TEXTS = [
    "",
    " ",
    "'; drop table x --",
    '"',
    "%",
    "\\",
    "a\nb",
    "😀",
    "${HOME}",
    "~",
    "null",
    "[]",
    "{}",
]
ODD_DATES = [
    "2026",
    "0",
    "1672531200",
    "2026-02-30",
    "2026-01-01",
    "0001-01-01",
    "9999-12-31T23:59-14:00",
]
ODD_ZONES = [
    "UTC",
    "utc",
    "Sydney",
    "Australia/Sydney",
    "../UTC",
    "localtime",
    "right/UTC",
    "America",
]
ODD_NAMES = ["bom_masters", " bom_masters , contacts", "bom_masters,", "Contacts", "stock,contacts"]
ODD_PLACES = [
    "https://a.b/api",
    "http://",
    "https://u:p@a.b",
    "ftp://a.b",
    "https://[",
    "md:x",
    "a/b",
    "/",
]
ANY_TEXT = st.one_of(
    TEXT, st.sampled_from(ODD_NUMBERS + ODD_TEXTS + ODD_DATES + ODD_ZONES + ODD_NAMES + ODD_PLACES)
)


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path) -> Iterator[None]:
    """No `.env` and no variable of this machine is read."""
    with bare_environment(tmp_path):
        yield


# What a text means as each variable; the same words as in the settings would prove nothing.
def moment(text: str) -> datetime:
    """A moment; UTC unless said."""
    found = datetime.fromisoformat(text.strip())
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


MEANING: dict[str, Callable[[str], Any]] = {
    "username": str,
    "api_key": str,
    "base_url": str,
    "time_zone": str,
    "data_dir": lambda text: Path(os.path.expanduser(text)),  # noqa: PTH111 - not the way it is done
    "accounts_dir": lambda text: Path(os.path.expanduser(text)),  # noqa: PTH111
    "lake_python": lambda text: Path(os.path.expanduser(text)),  # noqa: PTH111
    "publish_to": str,
    "lake_files": str,
    "lake_name": str,
    "alert_url": str,
    "heartbeat_url": str,
    "price_tier": str,
    "etd_means": str,
    "ships_from": str,
    "past_releases": str,
    "sells_without_stock": str,
    "forecast_mean_column": str,
    "forecast_engines": lambda text: tuple(name.strip() for name in text.split(",")),
    "history_start": lambda text: date.fromisoformat(text.strip()),
    "as_of": moment,
    "sandbox_opened_on": lambda text: date.fromisoformat(text.strip()),
    "gone_share_limit": float,
    "rejected_share_limit": float,
    "skip_entities": lambda text: frozenset(name.strip() for name in text.split(",")),
    "lookback_days_for": None,  # a table of its own variables, below
} | dict.fromkeys(
    [
        "lookback_days",
        "calls_per_second",
        "calls_per_minute",
        "calls_per_day",
        "calls_reserved",
        "stale_after_days",
        "default_lead_days",
        "forecast_max_age_days",
        "default_transfer_days",
        "overdue_limit_days",
        "default_branch_id",
        "keep_releases",
        "erase_after_days",
        "memory_limit_mb",
        "threads",
        "lake_keep_days",
    ],
    int,
)  # type: ignore[assignment]
OTHERS_SET = {
    "username": {"CIN7_API_KEY": "key", "CIN7_TIME_ZONE": "UTC"},
    "api_key": {"CIN7_USERNAME": "user", "CIN7_TIME_ZONE": "UTC"},
    "publish_to": {"CIN7_LAKE_FILES": "files"},
    "calls_per_day": {"CIN7_CALLS_RESERVED": "0"},
    "calls_reserved": {"CIN7_CALLS_PER_DAY": "10000000"},
}


def shown(value: Any) -> Any:
    """The value of a setting, also of a secret one."""
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def test_every_variable_has_a_meaning() -> None:
    """A setting that nobody said the meaning of is not tested by chance."""
    assert MEANING.keys() == Settings.model_fields.keys()


@pytest.mark.parametrize("field", [name for name, meaning in MEANING.items() if meaning])
def test_a_variable_means_what_is_written_or_is_refused(field: str) -> None:
    """Nothing is guessed from a text: it is the value, or a fault of one line that names its variable."""

    @given(ANY_TEXT)
    def holds(text: str) -> None:
        name = f"CIN7_{field.upper()}"
        with patch.dict(os.environ, {**OTHERS_SET.get(field, {}), name: text}):
            settings, refusal = refused(load_settings)
        if refusal:
            _, fault = refusal.splitlines()
            assert fault.startswith(f"  {name}")
            is_shown = fault.startswith(f"  {name}={repr(text)[:60]}")
            assert is_shown is (field not in NEVER_SHOWN)
        elif text:
            assert shown(getattr(settings, field)) == MEANING[field](text)

    holds()


@given(ANY_TEXT, ANY_TEXT)
def test_the_lookback_of_an_entity_is_a_number_of_an_entity_or_refused(
    name: str, text: str
) -> None:
    """Neither a misspelt entity nor an odd number of days is taken for the general lookback."""
    usable = name.upper() if name.isascii() and name.isidentifier() else "STOCK"
    variable = f"CIN7_LOOKBACK_DAYS_FOR__{usable}"
    with patch.dict(os.environ, {variable: text}):
        settings, refusal = refused(load_settings)
    if refusal:
        assert "  CIN7_LOOKBACK_DAYS_FOR__" in refusal
    else:
        assert not text or settings.lookback_of(usable.lower()) == int(text)
