from datetime import date
from pathlib import Path

import pytest

from cin7_pipeline.account import sandbox_of
from cin7_pipeline.errors import SettingsError
from cin7_pipeline.settings import Settings

NOW = {"as_of": "2026-06-30T02:00:00Z", "_env_file": None}


def settings(folder: Path, opened_on: str | None = None) -> Settings:
    return Settings(data_dir=folder, sandbox_opened_on=opened_on, **NOW)


def test_the_sandbox_keeps_the_day_on_which_it_opened(tmp_path: Path) -> None:
    """What the first run was told holds for the later ones, which may say nothing or the same."""
    sandbox_of(settings(tmp_path, "2026-06-20"))
    for later in (None, "2026-06-20"):
        sandbox_of(settings(tmp_path, later))
    assert (tmp_path / "state" / "sandbox_opened_on").read_text() == "2026-06-20"


def test_a_sandbox_is_not_opened_twice(tmp_path: Path) -> None:
    """Another opening day is another account, so it is refused, with both days."""
    sandbox_of(settings(tmp_path, "2026-06-20"))
    with pytest.raises(SettingsError, match=r"2026-06-21, but .* opened on 2026-06-20"):
        sandbox_of(settings(tmp_path, "2026-06-21"))


@pytest.mark.parametrize("day", [date(2026, 6, 30), date(2020, 1, 1)])
def test_an_opening_day_can_be_simulated(tmp_path: Path, day: date) -> None:
    """A day that is not over, or years that would take minutes, is refused before anything is written."""
    with pytest.raises(SettingsError, match="choose one from 2021-06-26 to yesterday"):
        sandbox_of(settings(tmp_path, day.isoformat()))
    assert not (tmp_path / "state").exists()
