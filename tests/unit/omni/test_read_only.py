"""Only a GET to the account's host leaves this process, whichever way it is asked for."""

import http.server
import threading
from collections.abc import Iterator

import httpx
import pytest

from cin7_pipeline.errors import Cin7Rejected, PipelineError
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.omni.read_only import ReadOnlyTransport

HOME = "https://api.cin7.test/api"
METHODS = ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "MERGE"]


@pytest.fixture
def sent() -> list[httpx.Request]:
    """Every request that reached the network."""
    return []


@pytest.fixture
def client(client_for, sent):
    """A client of an account that answers everything with an empty list."""
    return client_for(lambda request: sent.append(request) or httpx.Response(200, content=b"[]"))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda endpoint: endpoint.name)
def test_no_other_method_is_sent(client, sent, method, endpoint):
    """What is not a GET is refused at the transport, even where httpx itself is asked to send it."""
    request = httpx.Request(method, f"{HOME}/{endpoint.path}", json=[{"id": 1}])
    request.method = method  # httpx would write it in capitals
    for way in (client._http.send, client._http._transport.handle_request):
        with pytest.raises(PipelineError, match="only ever read"):
            way(request)
    assert sent == []


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.test/api/v1/Stock",
        "http://api.cin7.test/api/v1/Stock",
        "https://api.cin7.test:8443/api/v1/Stock",
        "https://api.cin7.test.elsewhere.test/api",
        "https://api.cin7.test@elsewhere.test/api",
        "//elsewhere.test/api",
    ],
)
@pytest.mark.parametrize("follow", [False, True])
def test_no_other_host_is_asked(client, sent, url, follow):
    """Another host, port or scheme gets no request and no credentials, though the address is whole."""
    address = httpx.URL(HOME).join(url)
    with pytest.raises(PipelineError, match=r"credentials only go to api\.cin7\.test"):
        client._http.get(address, follow_redirects=follow)
    assert sent == []


def test_a_path_cannot_name_another_host(client, sent):
    """An address in the place of a path stays a path of the account's host."""
    client.get("https://elsewhere.test/v1/Stock", {"where": "//elsewhere.test"})
    client.get("//elsewhere.test/v1/Stock", {})
    assert {request.url.host for request in sent} == {"api.cin7.test"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(client_for, sent, status):
    """A redirect says where it leads, and nothing is sent there, even where following it is asked for."""
    target = "https://elsewhere.test/login?x=1"

    def handler(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(status, headers={"Location": target})

    client = client_for(handler)
    with pytest.raises(Cin7Rejected, match=r"https://elsewhere.test/login, .*CIN7_BASE_URL"):
        client.get("v1/Stock", {})
    with pytest.raises(PipelineError, match="credentials only go to"):
        client._http.get(f"{HOME}/v1/Stock", follow_redirects=True)
    assert [request.url.host for request in sent] == ["api.cin7.test"] * 2


def test_a_login_step_cannot_write(client, sent):
    """An authentication that would send a POST first is refused as any other POST."""

    class TokenFirst(httpx.Auth):
        def auth_flow(self, request):
            yield httpx.Request("POST", f"{HOME}/token")
            yield request

    with pytest.raises(PipelineError, match="only ever read"):
        client._http.get(f"{HOME}/v1/Stock", auth=TokenFirst())
    assert sent == []


class Proxy(http.server.BaseHTTPRequestHandler):
    """Answers every request itself and notes the address it was asked for."""

    def do_GET(self) -> None:
        """An empty list."""
        self.server.asked.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def proxy() -> Iterator[http.server.HTTPServer]:
    """A proxy on this machine."""
    with http.server.HTTPServer(("127.0.0.1", 0), Proxy) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_company_s_proxy_is_used(client_for, monkeypatch, proxy, variable, scheme):
    """The proxy that the environment names is gone through, as by any other program."""
    monkeypatch.setenv(variable, f"{scheme}127.0.0.1:{proxy.server_port}")
    with client_for(base_url="http://api.cin7.test/api") as client:
        client.get("v1/Stock", {})
    assert proxy.asked == ["http://api.cin7.test/api/v1/Stock"]


def test_a_host_without_proxy_is_asked_directly(monkeypatch, proxy):
    """NO_PROXY names the hosts that are on the company's own network."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    address = f"http://127.0.0.1:{proxy.server_port}/api"
    with httpx.Client(transport=ReadOnlyTransport(httpx.URL(address))) as client:
        assert client.get(address).status_code == 200
    assert proxy.asked == ["/api"]
