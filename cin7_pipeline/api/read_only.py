"""The one gate every request passes before it is sent: only GET, and only to the account's host.

It is called by httpx itself for each request, so no method of the client can get around it.
"""

from collections.abc import Callable

import httpx

from cin7_pipeline.errors import PipelineError


def read_only_gate(base_url: httpx.URL) -> Callable[[httpx.Request], None]:
    """A request hook that lets through a GET to the host of `base_url` and refuses all else.

    The hook raises PipelineError where a request would write, or carry the credentials elsewhere.
    """
    home = _origin(base_url)

    def gate(request: httpx.Request) -> None:
        if request.method != "GET":
            msg = f"{request.method} was not sent: Cin7 is only ever read. Use GET."
            raise PipelineError(msg)
        if _origin(request.url) != home:
            msg = (
                f"A request to {request.url.host} was not sent: credentials only go to {home[1]}."
                " Check CIN7_BASE_URL."
            )
            raise PipelineError(msg)

    return gate


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
