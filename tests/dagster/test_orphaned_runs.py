"""A run that was killed does not hold Dagster's queue for ever, and one that lives is left alone."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from cin7_pipeline.pipeline import run_lock
from cin7_pipeline.settings import load_settings
from dagster_project.defs.sensors import orphaned_runs
from dagster_project.resources import SettingsResource


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """An instance that takes one run for started; no process of it exists."""
    monkeypatch.setenv("CIN7_DATA_DIR", str(tmp_path))
    with dg.DagsterInstance.ephemeral() as opened:
        opened.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        yield opened


@dg.job(name="daily_sync")
def job() -> None:
    """A job of one of our names."""


@dg.job
def strange_job() -> None:
    """A job of somebody else."""


def tick(instance: dg.DagsterInstance, cursor: str = "") -> str:
    """One look of the sensor; what it keeps in mind until the next."""
    context = dg.build_sensor_context(
        instance=instance, cursor=cursor, resources={"settings": SettingsResource()}
    )
    orphaned_runs(context)
    return context.cursor or ""


def statuses(instance: dg.DagsterInstance) -> list[dg.DagsterRunStatus]:
    """Of all runs."""
    return [run.status for run in instance.get_runs()]


def test_a_killed_run_is_failed_at_the_second_look(instance: dg.DagsterInstance) -> None:
    """What is started twice while nobody has a turn is dead; its place in the queue is free then."""
    seen = tick(instance)
    assert statuses(instance) == [dg.DagsterRunStatus.STARTED]
    tick(instance, seen)
    assert statuses(instance) == [dg.DagsterRunStatus.FAILURE]


def test_runs_are_left_alone_while_somebody_has_a_turn(instance: dg.DagsterInstance) -> None:
    """A run that works, and one that waits for it, look alike: neither is failed."""
    seen = tick(instance)
    with run_lock(load_settings(), "test", print):
        seen = tick(instance, seen)
    tick(instance, seen)
    assert statuses(instance) == [dg.DagsterRunStatus.STARTED]


def test_a_run_that_has_just_started_is_left_alone(instance: dg.DagsterInstance) -> None:
    """A second run is not failed for the first one's silence."""
    seen = tick(instance)
    new = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
    tick(instance, seen)
    found = instance.get_run_by_id(new.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.STARTED


def test_runs_of_other_projects_are_left_alone(instance: dg.DagsterInstance) -> None:
    """What is no job of ours never takes our turn, and is none of our business."""
    other = instance.create_run_for_job(strange_job, status=dg.DagsterRunStatus.STARTED)
    tick(instance, tick(instance))
    found = instance.get_run_by_id(other.run_id)
    assert found is not None
    assert found.status is dg.DagsterRunStatus.STARTED
