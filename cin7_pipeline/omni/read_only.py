"""The one gate every request passes before it is sent: only GET, and only to the account's host.

It stands where requests become bytes, so no method of the HTTP client, no redirect, no authentication
step and no address given in full gets around it.
"""

import urllib.request

import httpx

from cin7_pipeline.errors import PipelineError


class ReadOnlyTransport(httpx.BaseTransport):
    """Sends a GET to the host of `base_url` and refuses all else; `inner` does the sending.

    Without `inner` it connects for real, through the proxy that the environment names for that host.
    """

    def __init__(self, base_url: httpx.URL, inner: httpx.BaseTransport | None = None) -> None:
        self._home = _origin(base_url)
        self._inner = inner or httpx.HTTPTransport(proxy=_proxy(base_url))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to a GET.

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
    """The proxy for this host by the usual variables (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, …)."""
    if urllib.request.proxy_bypass(url.host):
        return None
    named = urllib.request.getproxies()
    proxy = named.get(url.scheme) or named.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"
