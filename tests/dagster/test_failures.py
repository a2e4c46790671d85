"""What the events of a run tell: what to do about a failure, and never a key or a person."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.__main__ import main
from dagster_project.definitions import defs
from dagster_project.resources import SettingsResource
from tests.alert_server import open_alert_server
from tests.unit.load.fake_account import NOW, Company, open_company, order

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
KEY = "sandbox-key"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """A small account that runs reach by environment variables; two days are its lookback."""
    with open_company(tmp_path) as opened:
        assert opened.server is not None
        environment = {
            "CIN7_USERNAME": "sandbox",
            "CIN7_API_KEY": KEY,
            "CIN7_BASE_URL": opened.server.base_url,
            "CIN7_TIME_ZONE": "Australia/Sydney",
            "CIN7_DATA_DIR": str(tmp_path),
            "CIN7_AS_OF": NOW.isoformat(),
            "CIN7_LOOKBACK_DAYS": "2",
            "CIN7_CALLS_PER_SECOND": "1000",
            "CIN7_CALLS_PER_MINUTE": "100000",
        }
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        opened.orders.append(order(1, created=1))
        yield opened


def run(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """One daily sync as the schedule would start it."""
    return (
        defs()
        .resolve_job_def("daily_sync")
        .execute_in_process(
            instance=instance,
            run_config=QUIET,
            raise_on_error=False,
        )
    )


def test_a_wrong_key_fails_the_run_and_is_nowhere_in_its_events(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run's events say what to do about the key and never show it."""
    monkeypatch.setenv("CIN7_API_KEY", "not-the-right-one")
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance)
        assert not result.success
        told = " ".join(str(record) for record in instance.all_logs(result.run_id))
    assert "CIN7_API_KEY" in told
    assert "not-the-right-one" not in told


def test_a_failed_run_is_told_to_who_does_not_look(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sensor posts the reason of the step; a run that went well has called the heartbeat."""
    sensor = defs().resolve_sensor_def("failed_runs")
    with open_alert_server() as alerts, dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setenv("CIN7_ALERT_URL", alerts.url)
        monkeypatch.setenv("CIN7_HEARTBEAT_URL", alerts.url)
        assert run(instance).success
        assert (alerts.posted, alerts.heartbeats) == ([], 1)
        monkeypatch.setenv("CIN7_API_KEY", "not-the-right-one")
        result = run(instance)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed_runs",
            dagster_event=next(event for event in result.all_events if event.is_failure),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            resources={"settings": SettingsResource()},
        ).for_run_failure()
        sensor(context)
    [message] = alerts.posted
    assert alerts.heartbeats == 1
    assert "of daily_sync failed" in message["text"]
    assert "CIN7_API_KEY" in message["text"]


def test_what_could_be_read_is_published_though_the_run_fails(company: Company) -> None:
    """The tables of an entity that fails are not made and say why; all others and the release are."""
    row = {"productOptionId": 7, "branchId": 3, "stockOnHand": 4.0}
    company.records_by_resource["Stock"].append(row)
    # More than may be rejected: Cin7 has changed its shape.
    company.orders.extend(order(number, created=1, total="a lot") for number in range(2, 13))
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance)
        assert not result.success
        made = {
            event.asset_key.to_user_string() for event in result.get_asset_materialization_events()
        }
        observed = result.get_asset_observation_events()
        told = {
            event.asset_key.to_user_string(): event.asset_observation_data for event in observed
        }
    graph = defs().resolve_asset_graph()
    every = {key.to_user_string() for key in graph.get_all_asset_keys()}
    failed = {"raw/sales_orders", "raw/sales_order_lines"}
    assert made == every - failed - {"history/documents"}
    assert told.keys() == failed
    metadata = told["raw/sales_orders"].asset_observation.metadata
    assert "records cannot be read" in str(metadata["not_read"].value)
    assert company.raw("select count(*) from raw.stock_snapshots") == [(1,)]
    published = company.folder / "planning.duckdb"
    with duckdb.connect(str(published), read_only=True) as connection:
        status = connection.execute(
            "select entity, last_error like '%records cannot be read%'"
            " from planning.sync_status where is_stale"
        ).fetchall()
        issue = connection.execute(
            "select document_kind, severity from planning.data_issues where issue = 'not_read'"
        ).fetchall()
    assert status == [("sales_orders", True)]
    assert issue == [("sales_order", "error")]


def test_a_good_run_tells_no_credential(company: Company) -> None:
    """Neither the key nor an address of a contact is in any event of a run."""
    company.records_by_resource["Contacts"].append({"id": 5, "email": "ada@example.com"})
    with dg.DagsterInstance.ephemeral() as instance:
        result = run(instance)
        assert result.success
        told = " ".join(str(record) for record in instance.all_logs(result.run_id))
    assert KEY not in told
    assert "ada@example.com" not in told


def test_a_run_that_cannot_take_the_lock_says_why(
    company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that fails before its first step ends with 1 and the reason, like any other."""
    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
    (company.folder / "state").write_text("a file in the way of the folder")
    assert main() == 1
    said = capsys.readouterr().out
    assert "daily_sync failed: FileExistsError: " in said
    assert f"{company.folder.name}/state" in said.replace("\n", "")


def test_ctrl_c_ends_a_run_by_hand_with_a_sentence_and_closes_it(
    company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever stops `make run` sees no traceback, and Dagster no run that goes on for ever."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with dg.DagsterInstance.ephemeral() as instance:
        monkeypatch.setattr(dg.DagsterInstance, "get", lambda: nullcontext(instance))
        monkeypatch.setattr("dagster_project.defs.raw.read_entities", stop)
        assert main() == 130
        [stopped] = instance.get_runs()
    assert stopped.is_finished
    assert capsys.readouterr().err.splitlines()[-1].startswith("cin7: stopped; nothing is lost")


def test_a_run_by_hand_says_what_is_unwise_and_what_failed(
    company: Company, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m dagster_project` warns of a misspelt variable, shows the refusal and ends with 1."""
    monkeypatch.setattr(dg.DagsterInstance, "get", dg.DagsterInstance.ephemeral)
    monkeypatch.setenv("CIN7_LOOKBACK_DAY", "120")
    monkeypatch.setenv("CIN7_API_KEY", "not-the-right-one")
    assert main() == 1
    said = capsys.readouterr()
    assert "CIN7_LOOKBACK_DAY is no setting and was ignored" in said.err
    assert "Cin7 answered 401" in said.out
