"""A Dagster run holds the run lock: nobody reads or builds between two of its steps."""

import threading
from pathlib import Path

import dagster as dg
import pytest

from cin7_pipeline.pipeline import is_idle, run_lock
from cin7_pipeline.settings import load_settings
from dagster_project.definitions import defs
from dagster_project.resources import RunLock, SettingsResource

SETTINGS = SettingsResource()
RESOURCES = {"settings": SETTINGS, "run_lock": RunLock(settings=SETTINGS)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of the test's own."""
    monkeypatch.setenv("CIN7_DATA_DIR", str(tmp_path))
    return tmp_path


def definitions(*assets: dg.AssetsDefinition) -> dg.Definitions:
    """The assets with the resources and the executor of the project."""
    jobs = [dg.define_asset_job("everything")]
    return dg.Definitions(assets, jobs=jobs, resources=RESOURCES, executor=dg.in_process_executor)


def run(instance: dg.DagsterInstance, *assets: dg.AssetsDefinition) -> dg.ExecuteInProcessResult:
    """The assets, as steps of one run as the project makes it."""
    job = definitions(*assets).resolve_job_def("everything")
    return job.execute_in_process(instance=instance, raise_on_error=False)


def test_who_waits_does_not_run_between_two_steps() -> None:
    """A command that was started during the first step runs after the last one."""
    done: list[str] = []
    waits = threading.Event()

    def command() -> None:
        with run_lock(load_settings(), "cin7 sync", lambda _: waits.set()):
            done.append("command")

    other = threading.Thread(target=command)

    @dg.asset
    def first(run_lock: RunLock) -> dg.MaterializeResult[None]:
        other.start()
        assert waits.wait(10)
        done.append("first")
        return dg.MaterializeResult()

    @dg.asset(deps=[first])
    def second(run_lock: RunLock) -> dg.MaterializeResult[None]:
        other.join(0.5)
        done.append("second")
        return dg.MaterializeResult()

    with dg.DagsterInstance.ephemeral() as instance:
        assert run(instance, first, second).success
    other.join()
    assert done == ["first", "second", "command"]


def test_a_run_that_waits_says_for_whom_in_its_log() -> None:
    """The log of a run that cannot begin names the command that holds the lock, by program and process."""
    said = threading.Event()
    done: list[str] = []

    @dg.asset
    def waiting(run_lock: RunLock) -> dg.MaterializeResult[None]:
        done.append("run")
        return dg.MaterializeResult()

    with dg.DagsterInstance.ephemeral() as instance:
        other = threading.Thread(target=run, args=(instance, waiting))
        with run_lock(load_settings(), "cin7 sync", print):
            other.start()
            while not said.wait(0.1):
                logs = [e for found in instance.get_runs() for e in instance.all_logs(found.run_id)]
                if any("run to end: cin7 sync (PID " in event.user_message for event in logs):
                    said.set()
            done.append("command")
        other.join()
    assert done == ["command", "run"]


@dg.asset
def good(run_lock: RunLock) -> dg.MaterializeResult[None]:
    """A step that ends well."""
    return dg.MaterializeResult()


@dg.asset(deps=[good])
def fails_first(context: dg.AssetExecutionContext, run_lock: RunLock) -> dg.MaterializeResult[None]:
    """A step that ends well in a retry only, and is never without the lock."""
    assert not is_idle(load_settings())
    if not context.run.parent_run_id:
        raise ZeroDivisionError
    return dg.MaterializeResult()


def retried_job() -> dg.JobDefinition:
    """The job of both steps, as another process would find it."""
    return definitions(good, fails_first).resolve_job_def("everything")


def test_a_run_that_fails_releases_the_lock_and_its_retry_takes_it() -> None:
    """After a step that raised, the next run does not wait; a retry of that step has the lock."""
    with dg.DagsterInstance.ephemeral() as instance:
        job = dg.reconstructable(retried_job)
        with dg.execute_job(job, instance) as failed:
            assert not failed.success
        assert is_idle(load_settings())
        options = dg.ReexecutionOptions.from_failure(failed.run_id, instance)
        with dg.execute_job(job, instance, reexecution_options=options) as retried:
            assert retried.success
            (step,) = retried.get_step_success_events()
            assert step.step_key == "fails_first"
    assert is_idle(load_settings())


def test_every_step_of_the_project_runs_under_the_lock() -> None:
    """No asset reads Cin7 or writes the warehouse without asking for the lock."""
    for node in defs().resolve_asset_graph().asset_nodes:
        assert "run_lock" in node.assets_def.required_resource_keys, node.key
