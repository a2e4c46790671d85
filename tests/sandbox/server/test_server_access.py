"""Who is answered and how often: key, permissions, methods, limits, and how the server starts and stops."""

import threading
import time
from contextlib import suppress
from datetime import timedelta
from email.utils import parsedate_to_datetime

import httpx
import pytest

from cin7_pipeline.sandbox.server.server import Limits


@pytest.mark.parametrize(
    "auth", [None, ("sandbox", "wrong"), ("else", "sandbox-key"), ("sandbox", "clé")]
)
def test_a_wrong_key_is_unauthorised(server, auth):
    """Without the right Basic credentials there is a 401 in Cin7's words."""
    response = httpx.get(f"{server.base_url}/v1/Users", auth=auth)
    assert (response.status_code, response.json()) == (401, "Unauthorized access")
    headers = {"Authorization": "Bearer sandbox-key"}
    assert httpx.get(f"{server.base_url}/v1/Users", headers=headers).status_code == 401


def test_the_key_never_shows(server):
    """No repr and nothing on record holds the key."""
    httpx.get(f"{server.base_url}/v1/Users", auth=("sandbox", "sandbox-key"))
    assert "sandbox-key" not in repr(vars(server)) + repr(server.requests)


def test_a_missing_permission_is_forbidden(serve):
    """A resource without its permission is a 403; the others still answer."""
    get = serve(forbidden={"Stock"})
    response = get("stock")
    assert (response.status_code, response.json()) == (403, "Access is forbidden")
    assert get("Users").status_code == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "HEAD"])
def test_only_get_is_answered_and_the_rest_is_on_record(server, http, method):
    """Any other method is refused with 405, and a test can prove that it was sent."""
    response = http.request(method, f"{server.base_url}/v1/SalesOrders")
    assert response.status_code == 405
    (received,) = server.requests
    assert received[:4] == (method, "/api/v1/SalesOrders", {}, 405)
    assert not server.calls


def test_every_request_is_on_record_and_answers_are_counted(get, server):
    """`requests` holds each call with its status, `calls` counts the ones answered 200."""
    get("salesorders/", rows=2, where="id > 3")
    get("SalesOrders", rows=999)
    get("SalesOrders/4")
    assert [received[:4] for received in server.requests] == [
        ("GET", "/api/v1/salesorders/", {"rows": "2", "where": "id > 3"}, 200),
        ("GET", "/api/v1/SalesOrders", {"rows": "999"}, 400),
        ("GET", "/api/v1/SalesOrders/4", {}, 200),
    ]
    assert server.calls == {"SalesOrders": 2}


def _statuses(get, count):
    return [get("Users").status_code for _ in range(count)]


def test_three_calls_a_second_are_answered(serve, wall):
    """The fourth call of a second is a 429 with a JSON string, and the next second is free."""
    get = serve(limits=Limits(), limits_clock=wall.seconds)
    assert _statuses(get, 3) == [200, 200, 200]
    response = get("Users")
    assert response.status_code == 429
    assert response.text == '"Rate limit exceeded. Retry after some time."'
    assert "retry-after" not in response.headers
    wall.now += timedelta(seconds=1)
    assert get("Users").status_code == 200


def test_sixty_calls_a_minute_are_answered(serve, wall):
    """The minute's window slides: a call is free again a minute after the sixtieth-last one."""
    get = serve(limits=Limits(per_second=None, per_minute=60), limits_clock=wall.seconds)
    assert _statuses(get, 60) == [200] * 60
    wall.now += timedelta(seconds=59)
    assert get("Users").status_code == 429
    wall.now += timedelta(seconds=1)
    assert get("Users").status_code == 200


@pytest.mark.parametrize(("day", "hours"), [("rolling", 24), ("utc", 12)])
def test_the_days_calls_come_back(serve, wall, day, hours):
    """The day is the last 24 hours or ends at midnight UTC, as the sandbox is set."""
    limits = Limits(per_second=None, per_minute=None, per_day=5, day=day)
    get = serve(limits=limits, limits_clock=wall.seconds)
    assert _statuses(get, 6) == [200] * 5 + [429]
    wall.now += timedelta(hours=hours, seconds=-1)
    assert get("Users").status_code == 429
    wall.now += timedelta(seconds=2)
    assert get("Users").status_code == 200


def test_a_refused_call_does_not_count(serve, wall):
    """What was answered 401 or 429 leaves the windows as they were."""
    get = serve(limits=Limits(per_second=1), limits_clock=wall.seconds)
    httpx.get(f"{get.server.base_url}/v1/Users", auth=("sandbox", "wrong"))
    assert _statuses(get, 3) == [200, 429, 429]
    wall.now += timedelta(seconds=1)
    assert get("Users").status_code == 200


def test_a_real_refusal_names_its_real_wait(serve, wall):
    """Retry-After grows to the hours until the day's calls are back."""
    limits = Limits(per_second=1, per_day=2)
    get = serve(limits=limits, limits_clock=wall.seconds)
    get.server.faults.retry_after = "small"
    assert _statuses(get, 1) == [200]
    assert get("Users").headers["retry-after"] == "1"
    wall.now += timedelta(seconds=10)
    assert _statuses(get, 1) == [200]
    wall.now += timedelta(seconds=10)
    assert get("Users").headers["retry-after"] == str(24 * 3600 - 20)
    get.server.faults.retry_after = "http_date"
    returns_at = parsedate_to_datetime(get("Users").headers["retry-after"])
    assert returns_at == wall.now + timedelta(seconds=24 * 3600 - 20)


def test_it_stops_cleanly(serve):
    """After the stop the port is free and nobody answers."""
    threads = set(threading.enumerate())
    get = serve()
    assert get("Users").status_code == 200
    get.server.stop()
    get.server.stop()
    assert set(threading.enumerate()) == threads
    with pytest.raises(httpx.ConnectError):
        httpx.get(get.server.base_url)


def test_a_taken_port_is_refused_with_what_to_do(serve):
    """A port that is not free is an error in one line that says what to do."""
    port = int(serve().server.base_url.split(":")[2].split("/")[0])
    with pytest.raises(OSError, match=f"Port {port} .* Choose another one"):
        serve(port=port)


def test_stopping_does_not_wait_for_a_stalled_call(serve):
    """A call that hangs for minutes does not keep the server alive."""
    get = serve()
    get.server.faults.latency_seconds = 300
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{get.server.base_url}/v1/Users", timeout=0.05)
    caller = threading.Thread(target=_call, args=(get,))
    caller.start()
    time.sleep(0.1)
    get.server.stop()
    caller.join(timeout=60)
    assert not caller.is_alive()


def _call(get):
    with suppress(httpx.TransportError):
        get("Users")
