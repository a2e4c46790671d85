"""The client: what it sends, what it tries again, and what it says when it gives up."""

import base64
import threading

import httpx
import pytest
from msgspec import Raw

from cin7_pipeline.errors import (
    Cin7Rejected,
    Cin7Unavailable,
)


def test_a_list_is_asked_for_with_basic_authentication(client_for):
    """Every call carries the username and key, and its parameters arrive as they were given."""
    seen = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=[{"id": 1}])

    where = "reference = '#1' AND name LIKE '%x%' OR a >= 2"
    with client_for(handler, username="user", api_key="key") as client:
        assert client.get("v1/SalesOrders", {"where": where, "rows": 250}) == [Raw(b'{"id":1}')]
    assert dict(seen[0].url.params) == {"where": where, "rows": "250"}
    assert b"%20" in seen[0].url.query
    assert b"+" not in seen[0].url.query
    assert seen[0].url.path == "/api/v1/SalesOrders"
    token = base64.b64encode(b"user:key").decode()
    assert seen[0].headers["Authorization"] == f"Basic {token}"


@pytest.mark.parametrize(
    ("body", "records"),
    [(b"[]", []), (b' [{"id": 1}]\r\n', [Raw(b'{"id": 1}')]), (b"\xef\xbb\xbf[1]", [Raw(b"1")])],
)
def test_records_are_returned_as_they_came(client_for, body, records):
    """The text of a record is not rewritten; a byte order mark before the list is taken off."""
    assert client_for(httpx.Response(200, content=body)).get("v1/Stock", {}) == records


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, b'"Batch limit is 250."', '400 "Batch limit is 250."'),
        (400, b'{"message": "Invalid date/time"}', '{"message": "Invalid date/time"}'),
        (401, b'"Unauthorized access"', "CIN7_USERNAME and CIN7_API_KEY"),
        (401, b'"Unauthorized access"', '"Unauthorized access"'),
        (401, b"", "401 with an empty body"),
        (403, b'"Access is forbidden"', "SalesOrders × Read"),
        (403, b'{"Message": "No"}', '{"Message": "No"}'),
        (404, b'"Resource not found"', '"Resource not found"'),
        (404, b"<html>\r\n <h1>Not\n Found</h1></html>", "<html> <h1>Not Found</h1></html>"),
        (405, b'"Method"', '405 "Method"'),
        (414, b"", "414 with an empty body"),
        (400, b"x" * 9000, "x" * 500 + "…"),
    ],
)
def test_a_refusal_is_quoted_and_not_repeated(client_for, status, body, expected):
    """A 4xx stops after one call, with Cin7's own words and what to do, in one line."""
    client = client_for(httpx.Response(status, content=body))
    with pytest.raises(Cin7Rejected) as refused:
        client.get("v1/SalesOrders", {"where": "id = 1"})
    assert refused.value.status == status
    message = str(refused.value)
    assert message.startswith("v1/SalesOrders: Cin7 answered ")
    assert expected in message
    assert "\n" not in message
    assert client.calls("v1/SalesOrders") == 1


def test_a_bad_request_shows_the_filter(client_for):
    """A 400 names the filter that Cin7 did not understand."""
    client = client_for(httpx.Response(400, content=b'"Bad"'))
    with pytest.raises(Cin7Rejected, match=r"where: id = 1"):
        client.get("v1/SalesOrders", {"where": "id = 1"})


@pytest.mark.parametrize(
    ("path", "permission"),
    [("v1/Users", "Users × Read"), ("v1/ProductOptions/12", "ProductOptions × Read")],
)
def test_the_missing_permission_is_named_for_any_path(client_for, path, permission):
    """A 403 names the toggle of the endpoint, also for a single record."""
    with pytest.raises(Cin7Rejected, match=permission):
        client_for(httpx.Response(403, content=b'"Access is forbidden"')).get_one(path)


@pytest.mark.parametrize(
    "bad",
    [
        httpx.Response(500, content=b'"An unexpected error occurred. Please try again later."'),
        httpx.Response(502, content=b"<html>Bad gateway</html>"),
        httpx.Response(503, content=b'"Service temporarily unavailable. Please try again later."'),
        httpx.Response(504),
        httpx.Response(408),
        httpx.Response(204),
        httpx.Response(200),
        httpx.Response(200, content=b"<html>Maintenance</html>"),
        httpx.Response(200, content=b'[{"id": 1}, {"i'),
        httpx.Response(200, content=b'{"message": "Rate limit"}'),
        httpx.Response(200, content=b'"Rate limit exceeded"'),
        httpx.Response(200, content=b"null"),
        httpx.Response(200, content=b'[{"a": "\xff"}]'),
    ],
)
def test_a_failure_of_the_moment_is_tried_again(client_for, rate_limiter, bad):
    """5xx and bodies that are no JSON array are asked for again, each attempt from the rate limiter."""
    client = client_for(bad, bad, httpx.Response(200, content=b"[1]"))
    assert client.get("v1/Products", {}) == [Raw(b"1")]
    assert client.calls("v1/Products") == rate_limiter.used() == 3


def test_a_failure_that_stays_is_reported_after_all_attempts(client_for):
    """What kind of answer came last, how often it was asked and what to do stand in the message."""
    client = client_for(httpx.Response(502, content=b"<html>Bad gateway</html>"))
    with pytest.raises(Cin7Unavailable, match=r"502 with a page of 24 bytes.*5 attempts.*again"):
        client.get("v1/Products", {})
    assert client.calls("v1/Products") == 5


@pytest.mark.parametrize("error", [httpx.ReadTimeout("slow"), httpx.ConnectError("refused")])
def test_a_missing_answer_is_tried_again(client_for, error):
    """Timeouts and connection errors are retried and then named."""

    def handler(_: httpx.Request) -> httpx.Response:
        raise error

    client = client_for(handler)
    with pytest.raises(Cin7Unavailable, match=type(error).__name__):
        client.get("v1/Products", {})
    assert client.calls("v1/Products") == 5


def test_one_record_is_an_object(client_for):
    """A record is returned as it came; an array in its place is a fault to try again."""
    client = client_for(
        httpx.Response(200, content=b"[]"), httpx.Response(200, content=b'{"id": 5}')
    )
    assert client.get_one("v1/Contacts/5") == Raw(b'{"id": 5}')
    assert client.calls("v1/Contacts") == 2


def test_a_record_that_does_not_exist_is_none(client_for):
    """A 404 on a single record means that Cin7 does not have it."""
    client = client_for(httpx.Response(404, content=b'"Resource not found"'))
    assert client.get_one("v1/Contacts/5") is None


def test_calls_are_counted_per_endpoint(client_for):
    """An endpoint's count holds its records and failed attempts, not a namesake's."""
    client = client_for(httpx.Response(500), httpx.Response(200, content=b"[]"))
    client.get("v1/SalesOrders", {})
    client.get("/v1/SalesOrdersWithCartons", {})
    with pytest.raises(Cin7Unavailable):
        client.get_one("v1/SalesOrders/7")
    assert client.calls("v1/SalesOrders") == 2 + 5
    assert client.calls("v1/SalesOrdersWithCartons") == 1
    assert client.calls("v1/Stock") == 0


def test_threads_share_a_client(client_for, rate_limiter):
    """Calls from many threads are all answered, counted and taken from the rate limiter."""
    client = client_for(httpx.Response(200, content=b"[]"))
    threads = [
        threading.Thread(target=lambda: [client.get("v1/Stock", {}) for _ in range(5)])
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert client.calls("v1/Stock") == rate_limiter.used() == 30


PERSON = "Zoë Quill, zoe@quill.test"
TOLD = f'{{"error": "{PERSON}"}}'.encode()


@pytest.mark.parametrize("ask", ["get", "get_one"])
@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500, content=TOLD),
        httpx.Response(503, content=f"<html><title>{PERSON}</title></html>".encode()),
        httpx.Response(429, content=f'"{PERSON}"'.encode()),
        httpx.Response(200, content=f"<html>{PERSON}</html>".encode()),
        httpx.Response(200, content=f'"{PERSON}"'.encode()),
        httpx.Response(200, content=b"[" + TOLD[:-1]),
        httpx.Response(200, content=TOLD[:-1]),
    ],
    ids=["an object", "a page", "a text", "a page of 200", "a text of 200", "a list", "a record"],
)
def test_what_failed_is_described_and_not_quoted(client_for, caplog, ask, answer):
    """An answer that is no refusal may show a record, so that only its kind and its size are told."""
    with pytest.raises(
        Cin7Unavailable, match=r"(a page|a text|an object|a list) of \d+ bytes"
    ) as failed:
        getattr(client_for(answer), ask)("v1/Contacts", {})
    assert "Zo" not in f"{failed.value} {caplog.text}"
    assert "quill" not in f"{failed.value} {caplog.text}"
