"""This module refuses every request but a GET to the account's own host.

It is a transport, the layer that sends the bytes, so no method of the HTTP client, redirect, authentication
step or full address gets around it.
"""

import math
import urllib.request

import httpx

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.omni.deadline import DeadlineTransport


class ReadOnlyTransport(httpx.BaseTransport):
    """A transport that sends a GET to the host of `base_url` through `inner`, and refuses all else.

    Without `inner` it connects for real, through the proxy that the environment names for that host, and
    gives an answer `answer_timeout` seconds.
    """

    def __init__(
        self,
        base_url: httpx.URL,
        inner: httpx.BaseTransport | None = None,
        answer_timeout: float = math.inf,
    ) -> None:
        self._home = _origin(base_url)
        self._inner = inner or DeadlineTransport(answer_timeout, proxy=_proxy(base_url))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a GET and return the answer.

        Raises:
            PipelineError: the request would write, or carry the credentials elsewhere.
        """
        if request.method != "GET":
            msg = f"{request.method} was not sent: Cin7 is only ever read. Use GET."
            raise PipelineError(msg)
        if _origin(request.url) != self._home:
            msg = (
                f"A request to {request.url.host} was not sent: credentials only go to"
                f" {self._home[1]}. Check CIN7_BASE_URL."
            )
            raise PipelineError(msg)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _proxy(url: httpx.URL) -> str | None:
    """Return the proxy for this host by the usual variables (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, …)."""
    if urllib.request.proxy_bypass(url.host):
        return None
    named = urllib.request.getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
