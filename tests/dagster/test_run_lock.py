"""A Dagster run has one turn: nobody reads or builds between two of its steps."""

import threading
from pathlib import Path

import dagster as dg
import pytest

from cin7_pipeline.pipeline import is_idle, run_lock
from cin7_pipeline.settings import load_settings
from dagster_project.resources import SettingsResource, Turn

RESOURCES = {"settings": SettingsResource(), "turn": Turn()}


def run(*assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    """The assets, as steps of one run as the project makes it."""
    definitions = dg.Definitions(assets, resources=RESOURCES, executor=dg.in_process_executor)
    with dg.DagsterInstance.ephemeral() as instance:
        job = definitions.resolve_implicit_global_asset_job_def()
        return job.execute_in_process(instance=instance, raise_on_error=False)


def test_who_waits_gets_no_turn_between_two_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that was started during the first step runs after the last one."""
    monkeypatch.setenv("CIN7_DATA_DIR", str(tmp_path))
    done: list[str] = []
    waits = threading.Event()

    def command() -> None:
        with run_lock(load_settings(), "cin7 sync", lambda _: waits.set()):
            done.append("command")

    other = threading.Thread(target=command)

    @dg.asset
    def first(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> dg.MaterializeResult[None]:
        turn.take(settings.load(), context)
        other.start()
        assert waits.wait(10)
        done.append("first")
        return dg.MaterializeResult()

    @dg.asset(deps=[first])
    def second(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> dg.MaterializeResult[None]:
        other.join(0.5)
        turn.take(settings.load(), context)
        done.append("second")
        return dg.MaterializeResult()

    assert run(first, second).success
    other.join()
    assert done == ["first", "second", "command"]


def test_a_run_that_fails_gives_its_turn_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a step that raised, the next run does not wait."""
    monkeypatch.setenv("CIN7_DATA_DIR", str(tmp_path))

    @dg.asset
    def failing(
        context: dg.AssetExecutionContext, settings: SettingsResource, turn: Turn
    ) -> dg.MaterializeResult[None]:
        turn.take(settings.load(), context)
        raise ZeroDivisionError

    assert not run(failing).success
    assert is_idle(load_settings())
