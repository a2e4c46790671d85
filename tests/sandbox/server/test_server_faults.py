"""Everything that can be made to go wrong, over HTTP."""

import time
from datetime import timedelta

import httpx
import pytest

from cin7_pipeline.sandbox.server.server import Failure, Faults
from cin7_pipeline.sandbox.simulation.clock import seeded_rng

ALL = [1, 2, 3, 4, 5, 6, 7]
NO_JSON = {Failure.BAD_GATEWAY, Failure.HTML_PAGE, Failure.EMPTY_BODY, Failure.MALFORMED_BODY}
OF_STATUS = (Failure.SERVER_ERROR, Failure.UNAVAILABLE)


@pytest.mark.parametrize(
    ("failure", "status", "start_of_body"),
    [
        (Failure.TOO_MANY_REQUESTS, 429, '"Rate limit exceeded. Retry after some time."'),
        (Failure.SERVER_ERROR, 500, '"An unexpected error occurred. Please try again later."'),
        (Failure.UNAVAILABLE, 503, '"Service temporarily unavailable. Please try again later."'),
        (Failure.BAD_GATEWAY, 502, "<!DOCTYPE html>"),
        (Failure.HTML_PAGE, 200, "<!DOCTYPE html>"),
        (Failure.OBJECT_BODY, 200, "{"),
        (Failure.EMPTY_BODY, 200, ""),
        (Failure.MALFORMED_BODY, 200, "[{"),
    ],
)
def test_the_next_calls_fail_as_planned(get, server, failure, status, start_of_body):
    """A planned failure answers just as many calls as asked, then all is well again."""
    server.faults.fail_next(failure, times=2)
    for _ in range(2):
        response = get("SalesOrders")
        assert response.status_code == status
        assert response.text.startswith(start_of_body)
        assert bool(response.text) is bool(start_of_body)
        if failure in NO_JSON:
            with pytest.raises(ValueError, match="Expecting value"):
                response.json()
    assert isinstance(get("SalesOrders").json(), list)


def test_a_failure_can_wait_for_one_resource(get, server):
    """A failure planned for one resource leaves the others alone."""
    server.faults.fail_next(Failure.SERVER_ERROR, resource="Stock")
    assert [get(path).status_code for path in ("Users", "Stock", "Stock")] == [200, 500, 200]


def test_a_refused_call_uses_up_no_failure(get, server):
    """A wrong key is told so, and the planned failure waits for a call that is permitted."""
    server.faults.fail_next(Failure.SERVER_ERROR)
    assert httpx.get(f"{server.base_url}/v1/Users").status_code == 401
    assert get("Users").status_code == 500


def test_a_body_can_be_cut(get, server):
    """A cut body is shorter than its content-length, and the connection is closed."""
    server.faults.fail_next(Failure.CUT_BODY)
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        get("SalesOrders")
    assert get("SalesOrders").status_code == 200


def test_a_connection_can_be_dropped(get, server):
    """A dropped connection gives no answer at all; it is on record with status 0."""
    server.faults.fail_next(Failure.DROPPED_CONNECTION)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        get("SalesOrders")
    assert [request.status for request in server.requests] == [0]
    assert not server.calls
    assert get("SalesOrders").status_code == 200


def test_latency_delays_every_answer(get, server):
    """Each answer takes the latency longer."""
    server.faults.latency_seconds = 0.15
    started = time.perf_counter()
    get("Users")
    assert time.perf_counter() - started >= 0.15


def test_one_call_can_be_stalled(get, server):
    """A stalled call is answered rightly but late, so that a client's timeout can pass."""
    server.faults.stall_seconds = 0.15
    server.faults.fail_next(Failure.STALLED)
    started = time.perf_counter()
    assert len(get("SalesOrders").json()) == 7
    assert time.perf_counter() - started >= 0.15


def test_slow_answers_overlap(serve):
    """A waiting call does not hold up another one."""
    get = serve()
    get.server.faults.stall_seconds = 60
    get.server.faults.fail_next(Failure.STALLED, resource="Stock")
    auth = ("sandbox", "sandbox-key")
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{get.server.base_url}/v1/Stock", auth=auth, timeout=0.2)
    assert get("Users").status_code == 200


@pytest.mark.parametrize(
    ("form", "expected"),
    [("absent", None), ("zero", "0"), ("small", "2"), ("hours", "14400"), ("nonsense", "soon")],
)
def test_retry_after_comes_in_each_form(get, server, form, expected):
    """A planned 429 carries the header in the form that is switched on."""
    server.faults.retry_after, server.faults.retry_after_seconds = form, 2
    server.faults.fail_next(Failure.TOO_MANY_REQUESTS)
    assert get("Users").headers.get("retry-after") == expected


@pytest.mark.parametrize(
    ("form", "content_type", "body"),
    [
        ("string", "application/json", '"Resource not found"'),
        ("object", "application/json", '{"message":"Resource not found"}'),
        ("html", "text/html", "<!DOCTYPE html><html><body><h1>Resource not found</h1>"),
        ("empty", "application/json", ""),
    ],
)
def test_an_error_body_comes_in_each_form(get, server, form, content_type, body):
    """An error may be a string, an object, a page or nothing."""
    server.faults.error_body = form
    response = get("SalesOrders/99")
    assert response.status_code == 404
    assert response.headers["content-type"].startswith(content_type)
    assert response.text.removesuffix("</body></html>") == body


def test_a_row_can_come_on_two_pages(ids, server):
    """The last row of a page comes again as the first of the next, and the end is still reached."""
    server.faults.duplicate_rows_across_pages = True
    pages = [ids(order="id ASC", rows=3, page=page) for page in (1, 2, 3, 4, 5)]
    assert pages == [[1, 2, 3], [3, 4, 5], [5, 6, 7], [7], []]


@pytest.mark.parametrize(
    ("mode", "where", "expected"),
    [
        ("dropped_when_combined", "id > 5", [6, 7]),
        ("dropped_when_combined", "id = 1 OR ID = 2", [1, 2]),
        ("dropped_when_combined", "isApproved=1 AND id > 5", [2, 4, 6]),
        ("dropped_when_combined", "(isApproved=1 OR total>6) AND id > 6", [2, 4, 6, 7]),
        ("dropped_when_combined", "isApproved=1 AND id IN (2)", [2, 4, 6]),
        ("ignored", "id > 5", ALL),
        ("ignored", "id IN (1,2)", ALL),
        ("ignored", "id = 1 OR id = 2", ALL),
        ("ignored", "isApproved=1 AND (id = 1 OR id = 2)", [2, 4, 6]),
    ],
)
def test_comparisons_of_ids_can_be_lost(ids, server, mode, where, expected):
    """A server may drop the ids from a combined condition, or never look at them."""
    server.faults.ids_filter = mode
    assert ids(where=where, order="id ASC") == expected


def test_option_ids_are_lost_with_the_ids(get, server):
    """`productOptionId` is lost in the same way: stock has no other id."""
    server.faults.ids_filter = "ignored"
    assert len(get("Stock", where="productOptionId > 99999").json()) == 2
    assert len(get("Stock", where="productOptionId > 99999 AND branchId=1").json()) == 1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("where", [3, 4]),
        ("order", [7, 5]),
        ("page", [2, 3]),
        ("rows", []),
        ("fields", [4, 5]),
    ],
)
def test_a_parameter_can_be_ignored(get, server, name, expected):
    """An ignored parameter has no effect: the answer is as without it."""
    server.faults.ignored_parameters = {name}
    asked = {"where": "id>1", "order": "id ASC", "page": 2, "rows": 2, "fields": "id"}
    records = get("SalesOrders", **asked).json()
    assert [record["id"] for record in records] == expected
    assert all(("reference" in record) is (name == "fields") for record in records)


def test_unknown_fields_can_be_added(get, server):
    """Fields that no document knows come on every record, asked for or not."""
    server.faults.extra_fields = {"loyaltyTier": "gold"}
    assert get("SalesOrders", fields="id", rows=2).json() == [
        {"id": 3, "loyaltyTier": "gold"},
        {"id": 1, "loyaltyTier": "gold"},
    ]


def test_what_was_just_modified_is_not_listed_yet(ids, account, clock, server):
    """A record shows up only when its modifiedDate is the lag behind; one without it always does."""
    account.lists["SalesOrders"][0]["modifiedDate"] = f"{clock.now:%Y-%m-%dT%H:%M:%SZ}"
    del account.lists["SalesOrders"][1]["modifiedDate"]
    server.faults.visibility_lag_seconds = 30
    assert ids() == [1, 2, 7, 5, 4, 6]
    clock.now += timedelta(seconds=30)
    assert ids() == [3, 1, 2, 7, 5, 4, 6]


def test_offset_pages_skip_a_row_that_moves_while_they_are_read(ids, account, server):
    """An order saved again between two pages jumps to the end and pulls another over the edge."""

    def save_again(resource, page_number):
        if (resource, page_number) == ("SalesOrders", 2):
            orders = account.lists["SalesOrders"]
            next(o for o in orders if o["id"] == 1)["modifiedDate"] = "2026-06-30T00:00:00Z"

    server.faults.edit_while_reading = save_again
    pages = [ids(order="modifiedDate ASC", rows=3, page=page) for page in (1, 2, 3)]
    assert pages == [[1, 2, 3], [5, 6, 7], [1]]


def test_an_edit_may_move_the_clock(ids, account, clock, server):
    """The page is answered as of the time that the edit leaves the clock at."""
    server.faults.edit_while_reading = lambda *_: vars(clock).update(now=clock.now.replace(hour=13))
    ids()
    assert [timestamp.hour for _, timestamp in account.asked] == [13]


def test_an_account_that_fails_is_a_server_error(get, account, caplog):
    """A fault of the account itself is a 500, and the log holds its traceback."""
    account.lists["SalesOrders"] = None
    account.records = lambda *_: {}["typo"]
    try:
        assert get("SalesOrders").status_code == 500
    finally:
        del account.records
    assert "KeyError: 'typo'" in caplog.text


def test_a_share_of_the_calls_fails(get, server):
    """As many calls fail as the generator says, each in one of the named ways, the same each time."""
    server.faults.failure_chance, server.faults.failures = 0.5, OF_STATUS
    seen = []
    for _ in range(2):
        server.faults.rng = seeded_rng(3)
        seen.append([get("Users").status_code for _ in range(40)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 500, 503}
    assert 10 < seen[0].count(200) < 30


def test_a_planned_failure_goes_before_chance(get, server):
    """What was planned for a resource comes at its next call, whatever chance would say."""
    server.faults.failure_chance, server.faults.failures = 1.0, OF_STATUS
    server.faults.fail_next(Failure.BAD_GATEWAY)
    assert get("Users").status_code == 502
    assert get("Users").status_code in (500, 503)


def test_all_switches_go_off_at_once(get, server):
    """Whatever was switched on, calls are answered as at first again."""
    server.faults.failure_chance = 1.0
    server.faults.ids_filter = "ignored"
    server.faults.fail_next(Failure.SERVER_ERROR)
    server.faults.switch_off()
    fresh = Faults()
    assert vars(server.faults).keys() == vars(fresh).keys()
    assert (server.faults.ids_filter, server.faults.planned) == ("honoured", [])
    assert get("SalesOrders").status_code == 200
