"""What a load notes of the changes that planners ask about, whatever becomes of the load."""

from datetime import timedelta
from typing import Any

import pytest

from cin7_pipeline.load import merge
from tests.unit.load.fake_account import NOW, Company, days_ago

NOTED = "select line_id, field, before, after from raw.document_changes order by all"
EARLIER = NOW - timedelta(days=1)
ETA, LATER = "2026-07-10T00:00:00Z", "2026-08-01T00:00:00Z"


def purchase(changed: float, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A purchase order that was changed so many days ago."""
    dates = {"createdDate": days_ago(9), "modifiedDate": days_ago(changed)}
    return {"id": 5, "status": "DRAFT", **dates, **fields, "lineItems": list(lines)}


@pytest.fixture
def purchases(company: Company) -> list[dict[str, Any]]:
    """The account's purchase orders, of which one was read a day ago."""
    listed = company.records_by_resource["PurchaseOrders"]
    lines = {"id": 51, "qty": 4.0, "qtyShipped": 0.0}, {"id": 52, "qty": 1.0}
    listed.append(purchase(8, *lines, estimatedArrivalDate=ETA, reference="PO-5"))
    company.load_one("purchase_orders", as_of=EARLIER)
    return listed


def change(purchases: list[dict[str, Any]]) -> None:
    """Approve and delay the order, receive some of a line, replace another; its reference is another, too."""
    lines = {"id": 51, "qty": 4.0, "qtyShipped": 3.0}, {"id": 53, "qty": 2.0, "qtyShipped": 0.0}
    dates = {"estimatedArrivalDate": LATER, "reference": "PO-6"}
    purchases[:] = [purchase(0, *lines, status="APPROVED", **dates)]


CHANGES = [
    (0, "estimated_arrival_date", "2026-07-10 00:00:00", "2026-08-01 00:00:00"),
    (0, "status", "DRAFT", "APPROVED"),
    (51, "qty_shipped", None, "3.0000"),
    (52, "qty", "1.0000", None),
    (53, "qty", None, "2.0000"),
]


def test_what_changed_is_noted_once(company: Company, purchases: list[dict[str, Any]]) -> None:
    """A new document is no change; loading the same again notes nothing more."""
    assert company.raw(NOTED) == []
    change(purchases)
    for as_of in (NOW, NOW + timedelta(minutes=1)):
        company.load_one("purchase_orders", as_of=as_of)
        assert company.raw(NOTED) == CHANGES
    seen = "select distinct entity, document_id, seen_at from raw.document_changes"
    assert company.raw(seen) == [("purchase_orders", 5, NOW)]


@pytest.mark.parametrize("part", ["_configured_dlt", "note_changes"])
def test_a_kill_before_the_merge_leaves_each_change_once(
    company: Company, purchases: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    """What was noted and not merged is taken back, also where it was changed back in Cin7 meanwhile."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    before = purchases[0]
    change(purchases)
    monkeypatch.setattr(merge, part, killed)
    with pytest.raises(KeyboardInterrupt):
        company.load_one("purchase_orders", as_of=NOW)
    monkeypatch.undo()
    changed = purchases[0]
    purchases[0] = before | {"modifiedDate": days_ago(0), "status": "VOID"}
    company.load_one("purchase_orders", as_of=NOW + timedelta(minutes=1))
    assert company.raw(NOTED) == [(0, "status", "DRAFT", "VOID")]
    purchases[0] = changed
    company.load_one("purchase_orders", as_of=NOW + timedelta(minutes=2))
    assert (0, "status", "VOID", "APPROVED") in company.raw(NOTED)


def test_a_kill_after_the_merge_loses_no_change(
    company: Company, purchases: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next load finds nothing changed, and what was noted stays."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    change(purchases)
    monkeypatch.setattr("cin7_pipeline.load.sync.commit_load", killed)
    with pytest.raises(KeyboardInterrupt):
        company.load_one("purchase_orders", as_of=NOW)
    monkeypatch.undo()
    company.load_one("purchase_orders", as_of=NOW + timedelta(minutes=1))
    assert company.raw(NOTED) == CHANGES
