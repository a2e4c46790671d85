"""This module tells people who look nowhere: one line where a run failed, a rule broke or the data grew old.

`CIN7_ALERT_URL` gets the line as `{"text": …}`, which Slack, Teams, Mattermost and Google Chat take as a
message. `CIN7_HEARTBEAT_URL` gets a GET when all went well: what watches it complains when none comes, which
also tells of a run that never began. Both are secrets, for whoever knows them can call them. What goes wrong
here is logged and fails no run.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
from pydantic import SecretStr

from cin7_pipeline.settings import Settings
from cin7_pipeline.text import printable

TIMEOUT_SECONDS = 10.0
MOST_RULES = 5
logger = logging.getLogger(__name__)


@contextmanager
def alerting(settings: Settings, run: str) -> Iterator[None]:
    """Tell why the run failed, where the block fails; call the heartbeat where it does not."""
    try:
        yield
    except Exception as error:
        send_alert(settings, f"{run} failed: {error}")
        raise
    send_heartbeat(settings)


def send_alert(settings: Settings, problem: str) -> None:
    """Post one line that says which data folder it is about, and what is the matter."""
    text = printable(" ".join(f"cin7-pipeline ({settings.data_dir.absolute()}): {problem}".split()))
    _call(settings.alert_url, "CIN7_ALERT_URL", {"text": text})


def send_heartbeat(settings: Settings) -> None:
    """Say that a run went well."""
    _call(settings.heartbeat_url, "CIN7_HEARTBEAT_URL", None)


def alert_of_rules(settings: Settings, before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """Tell which rules the new release breaks that the one before did not; both are rules → rows."""
    turned = [f"{rule} ({rows} rows)" for rule, rows in after.items() if rule not in before]
    if turned:
        more = f" and {len(turned) - MOST_RULES} more" if len(turned) > MOST_RULES else ""
        rules = "; ".join(turned[:MOST_RULES])
        send_alert(settings, f"published, and these rules are broken since then: {rules}{more}")


def _call(address: SecretStr | None, name: str, message: Mapping[str, str] | None) -> None:
    """POST the message, or GET where there is none; nothing is sent where there is no address."""
    if address is None:
        return
    method = "GET" if message is None else "POST"
    # httpx logs the whole address of each call, and the secret is in it.
    logging.getLogger("httpx").addFilter(_leave_out)
    try:
        answer = httpx.request(
            method, address.get_secret_value(), json=message, timeout=TIMEOUT_SECONDS
        )
        problem = f"answered {answer.status_code}" if answer.is_error else ""
    except httpx.HTTPError as error:
        problem = f"cannot be reached ({type(error).__name__})"
    finally:
        logging.getLogger("httpx").removeFilter(_leave_out)
    if problem:
        logger.warning("%s %s, so that nobody was told; the run itself goes on.", name, problem)


def _leave_out(_record: logging.LogRecord) -> bool:
    return False
