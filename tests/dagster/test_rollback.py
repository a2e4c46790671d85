"""What Dagster shows while people read a release that somebody went back to."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from cin7_pipeline.warehouse.releases import roll_back
from dagster_project.definitions import defs
from dagster_project.defs.publish import CURRENT_RELEASE_CHECK, rollback_sensor
from dagster_project.resources import SettingsResource
from tests.unit.warehouse.test_publish import release_again

NOON = datetime(2026, 6, 30, 12, tzinfo=UTC)


def tick(cursor: str | None) -> dg.SensorResult | dg.SkipReason:
    """What the sensor answers when it looked like `cursor` the last time."""
    context = dg.build_sensor_context(cursor=cursor, resources={"settings": SettingsResource()})
    result = rollback_sensor()(context)
    assert isinstance(result, dg.SensorResult | dg.SkipReason)
    return result


def test_a_rollback_shows_as_a_warning_until_something_newer_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The published asset's check fails once people are shown an earlier release, and passes again after."""
    monkeypatch.setenv("CIN7_DATA_DIR", str(tmp_path))
    for version in (1, 2):
        release_again(tmp_path, version)
    assert isinstance(tick(None), dg.SkipReason)
    roll_back(tmp_path, None, now=NOON)
    told = tick(None)
    assert isinstance(told, dg.SensorResult)
    (warning,) = told.asset_events
    assert isinstance(warning, dg.AssetCheckEvaluation)
    assert (warning.asset_check_key, warning.passed) == (CURRENT_RELEASE_CHECK.key, False)
    assert warning.severity is dg.AssetCheckSeverity.WARN
    assert "planning-20260630T060100Z from planning-20260630T060200Z" in (warning.description or "")
    assert isinstance(tick(told.cursor), dg.SkipReason)
    release_again(tmp_path, 3)
    ended = tick(told.cursor)
    assert isinstance(ended, dg.SensorResult)
    assert [event.passed for event in ended.asset_events] == [True]
    assert isinstance(tick(ended.cursor), dg.SkipReason)


def test_the_eye_on_rollbacks_is_open_by_default() -> None:
    """Nobody has to switch it on."""
    sensor = defs().resolve_sensor_def("rollback_sensor")
    assert sensor.default_status is dg.DefaultSensorStatus.RUNNING
