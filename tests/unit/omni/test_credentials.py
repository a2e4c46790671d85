"""The username and the key: they leave in one header and appear nowhere else."""

import base64
import json
import logging
import traceback
from urllib.parse import quote

import httpx
import pytest

from cin7_pipeline.omni.endpoints import SALES_ORDERS
from cin7_pipeline.omni.paging import Paginator

USERNAME = "OrchidTradersAU"
API_KEY = "9f3b/77aa+51c&0d2e"
TOKEN = base64.b64encode(f"{USERNAME}:{API_KEY}".encode()).decode()
SPELLINGS = (USERNAME, API_KEY, TOKEN, quote(API_KEY, safe=""), API_KEY.replace("&", "&amp;"))
ECHO = " ".join((*SPELLINGS, USERNAME.upper(), f"Basic {TOKEN}"))


def broken(_: httpx.Request) -> httpx.Response:
    """A connection that fails with a text that holds the credentials."""
    raise httpx.ConnectError(f"could not send {ECHO}")


def echo(status: int, **headers: str):
    """A handler that answers with a body and headers that hold the credentials."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: httpx.Response(status, content=ECHO.encode(), headers=names)


def everything_printed(error: BaseException) -> str:
    """All that a traceback, a repr or a walk along the chain of an exception would show."""
    texts = ["".join(traceback.format_exception(error))]
    waiting, seen = [error], set()
    while waiting:
        link = waiting.pop()
        if link is None or id(link) in seen:
            continue
        seen.add(id(link))
        texts += [str(link), repr(link), repr(vars(link))]
        waiting += [link.__cause__, link.__context__]
    return "\n".join(texts)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """All records, with whatever was attached to them."""
    return "\n".join(f"{record.getMessage()} {vars(record)!r}" for record in caplog.records)


@pytest.mark.parametrize(
    "handler",
    [
        broken,
        *(echo(status) for status in (200, 400, 401, 403, 404, 429, 500, 503)),
        echo(429, Retry_After="9000"),
        echo(302, Location=f"https://elsewhere.test/{quote(API_KEY, safe='')}?key={API_KEY}"),
        lambda _: httpx.Response(200, json=[{"id": ECHO}]),
        lambda _: httpx.Response(200, content=json.dumps({"message": ECHO}).encode()),
    ],
)
def test_no_failure_shows_the_credentials(client_for, caplog, handler):
    """Whatever fails, no exception, cause, context or log of any library holds a credential."""
    caplog.set_level(logging.DEBUG)
    client = client_for(handler)
    with pytest.raises(Exception) as failed:  # noqa: PT011 - whichever it is
        list(Paginator(client, SALES_ORDERS, None))
    shown = everything_printed(failed.value) + logged(caplog)
    for spelling in SPELLINGS:
        assert spelling.lower() not in shown.lower()
    assert failed.value.__cause__ is None
    assert failed.value.__context__ is None


def test_a_client_does_not_show_the_credentials(client_for):
    """Neither the repr of a client nor the address it asks holds a credential."""
    client = client_for(lambda _: httpx.Response(200, json=[]))
    shown = f"{client!r} {vars(client)!r} {client.url_of('v1/Stock', {'rows': 1})}"
    for spelling in SPELLINGS:
        assert spelling not in shown


def test_a_text_without_credentials_stays_as_it_is(client_for):
    """Without a username or key nothing is taken for a credential and blotted out."""
    client = client_for(lambda _: httpx.Response(401, json="Unauthorized"), username="", api_key="")
    with pytest.raises(Exception, match='401 "Unauthorized"'):
        client.get("v1/Stock", {})
