"""Somebody is told when a run fails or a rule breaks, and nothing that goes wrong in telling fails a run."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from cin7_pipeline.alerts import alert_of_rules, alerting
from cin7_pipeline.errors import PipelineError, SettingsError
from cin7_pipeline.settings import Settings, load_settings
from tests.alert_server import AlertServer, open_alert_server


@pytest.fixture
def server() -> Iterator[AlertServer]:
    """Where alerts go."""
    with open_alert_server() as opened:
        yield opened


@pytest.fixture
def settings(server: AlertServer, tmp_path: Path) -> Settings:
    """Settings with both addresses."""
    return load_settings(data_dir=tmp_path, alert_url=server.url, heartbeat_url=server.url)


def fail(settings: Settings, problem: str) -> None:
    """Fail a run for that reason."""
    with pytest.raises(PipelineError), alerting(settings, "cin7 sync"):
        raise PipelineError(problem)


def test_a_failure_is_told_in_one_line(settings: Settings, server: AlertServer) -> None:
    """It names the run, the data folder and the reason, steers no terminal, and no heartbeat goes out."""
    fail(settings, "Cin7 answered 401\n  \x1b[2J")
    assert server.posted == [
        {
            "text": f"cin7-pipeline ({settings.data_dir}): cin7 sync failed: Cin7 answered 401 \ufffd[2J"
        }
    ]
    assert server.heartbeats == 0


def test_a_run_that_went_well_calls_the_heartbeat(settings: Settings, server: AlertServer) -> None:
    """So that who expects it learns also of a run that never began."""
    with alerting(settings, "cin7 sync"):
        pass
    assert (server.posted, server.heartbeats) == ([], 1)


def test_only_rules_that_turned_are_told(settings: Settings, server: AlertServer) -> None:
    """A rule that was broken before is no news."""
    alert_of_rules(settings, {"a: Old.": 1}, {"a: Old.": 2})
    alert_of_rules(settings, {"a: Old.": 1}, {"a: Old.": 2, "b: New.": 3})
    [message] = server.posted
    assert message["text"].endswith("broken since then: b: New. (3 rows)")


@pytest.mark.parametrize("is_there", [True, False])
def test_an_alert_that_fails_is_logged_without_its_address(
    settings: Settings, server: AlertServer, caplog: pytest.LogCaptureFixture, is_there: bool
) -> None:
    """Whoever knows the address can write there, so that no log has it, at no level."""
    caplog.set_level(logging.INFO)
    server.status = 500
    if not is_there:
        settings = load_settings(
            data_dir=settings.data_dir, alert_url="http://127.0.0.1:9/services/secret-part"
        )
    fail(settings, "an outage")
    assert "CIN7_ALERT_URL" in caplog.text
    assert "nobody was told" in caplog.text
    assert "secret-part" not in caplog.text + repr(settings)


@pytest.mark.parametrize(
    "address", ["hooks.slack.com/services/secret-part", "https://", " https://a"]
)
def test_an_address_that_cannot_be_called_is_refused(address: str) -> None:
    """It is named by its variable, and not shown."""
    with pytest.raises(SettingsError, match="CIN7_ALERT_URL") as refusal:
        load_settings(alert_url=address)
    assert "secret-part" not in str(refusal.value)
