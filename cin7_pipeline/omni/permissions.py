"""What the key may read: one smallest possible call per endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

from cin7_pipeline.errors import Cin7Rejected
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint


@dataclass(frozen=True)
class Permission:
    """Whether one endpoint may be read; `problem` is Cin7's refusal and what to do about it."""

    endpoint: Endpoint
    problem: str | None


def read_permissions(client: Cin7Client, endpoints: Iterable[Endpoint]) -> list[Permission]:
    """One row asked of each endpoint; a missing toggle is a finding, a wrong key is an error.

    Raises:
        Cin7Rejected: username or key are wrong (401), so that no endpoint can be read.
    """
    return [Permission(endpoint, _problem(client, endpoint)) for endpoint in endpoints]


def _problem(client: Cin7Client, endpoint: Endpoint) -> str | None:
    try:
        client.get(endpoint.path, {"rows": 1, "fields": endpoint.page_key})
    except Cin7Rejected as refusal:
        if refusal.status == 401:
            raise
        return str(refusal)
    return None
