"""Failures that come by chance, over HTTP."""

import pytest

from cin7_pipeline.sandbox.server.server import Failure, Faults
from cin7_pipeline.sandbox.simulation.clock import seeded_rng

OF_STATUS = (Failure.SERVER_ERROR, Failure.UNAVAILABLE)


def test_a_share_of_the_calls_fails(get, server):
    """As many calls fail as the dice say, each in one of the named ways, the same each time."""
    server.faults.failure_chance, server.faults.failures = 0.5, OF_STATUS
    seen = []
    for _ in range(2):
        server.faults.rng = seeded_rng(3)
        seen.append([get("Users").status_code for _ in range(40)])
    assert seen[0] == seen[1]
    assert set(seen[0]) == {200, 500, 503}
    assert 10 < seen[0].count(200) < 30


def test_a_planned_failure_goes_before_chance(get, server):
    """What was planned for a resource comes at its next call, whatever the dice would say."""
    server.faults.failure_chance, server.faults.failures = 1.0, OF_STATUS
    server.faults.fail_next(Failure.BAD_GATEWAY)
    assert get("Users").status_code == 502
    assert get("Users").status_code in (500, 503)


def test_a_body_can_be_malformed(get, server):
    """A malformed body arrives whole, begins like a list and is no JSON."""
    server.faults.fail_next(Failure.MALFORMED_BODY)
    response = get("SalesOrders")
    assert response.text.startswith("[{")
    with pytest.raises(ValueError, match="Expecting value"):
        response.json()


@pytest.mark.parametrize(("form", "expected"), [("zero", "0"), ("nonsense", "soon")])
def test_retry_after_can_be_useless(get, server, form, expected):
    """The header may ask for no wait at all, or say nothing that means a wait."""
    server.faults.retry_after = form
    server.faults.fail_next(Failure.TOO_MANY_REQUESTS)
    assert get("Users").headers["retry-after"] == expected


def test_retry_after_can_change_its_form_each_time(get, server):
    """In the form `any`, every other form comes up."""
    server.faults.retry_after = "any"
    server.faults.fail_next(Failure.TOO_MANY_REQUESTS, times=60)
    headers = [get("Users").headers.get("retry-after") for _ in range(60)]
    assert {None, "0", "1", "14400", "soon"} < set(headers)
    assert any(header and header.endswith("GMT") for header in headers)


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
