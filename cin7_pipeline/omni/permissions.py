"""This module finds out what the key may read, by one smallest possible call per endpoint."""

from collections.abc import Iterable
from dataclasses import dataclass

from cin7_pipeline.errors import Cin7Rejected
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.omni.endpoint import Endpoint


@dataclass(frozen=True)
class Permission:
    """Whether one endpoint may be read; `problem` is Cin7's refusal and what to do about it.

    The permission `is_missing` where that was a 403; another refusal says nothing of the key.
    """

    endpoint: Endpoint
    problem: str | None = None
    is_missing: bool = False


def read_permissions(client: Cin7Client, endpoints: Iterable[Endpoint]) -> list[Permission]:
    """Ask each endpoint for one row; a missing permission is a finding, a wrong key an error.

    Raises:
        Cin7Rejected: username or key are wrong (401), so that no endpoint can be read.
    """
    found = []
    for endpoint in endpoints:
        try:
            client.get(endpoint.path, {"rows": 1, "fields": endpoint.page_key})
        except Cin7Rejected as refusal:
            if refusal.status == 401:
                raise
            found.append(Permission(endpoint, str(refusal), refusal.status == 403))
        else:
            found.append(Permission(endpoint))
    return found
