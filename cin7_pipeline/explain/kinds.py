"""The kinds of documents, and the planning tables in which their lines can stand.

One declaration for every kind; what a line's standing means in words is SQL over that table.
"""

from dataclasses import dataclass

SALE = "'sold on ' || sold_on || ' (' || sold_on_basis || ')'"
OPEN_SALE = """
    'to be shipped' || coalesce(', due ' || due_on, '')
    || case when is_included then '' else '; will be left out of sales' end"""
PURCHASE = "state || printf(', %g received', received_quantity::double)"
MOVE = "state || ', ' || source_warehouse || ' → ' || destination_warehouse"
SUPPLY = """
    case
        when is_counted then 'counted'
        else 'not counted: ' || why_not_counted
    end || coalesce(', expected ' || expected_on || ' (' || expected_on_basis || ')', '')
    || case when is_overdue then ', overdue' else '' end"""


@dataclass(frozen=True)
class Place:
    """A planning table; `key` is the document's id in it, `says` what a row means, as SQL."""

    table: str
    key: str
    quantity: str
    says: str
    only: str = "true"


@dataclass(frozen=True)
class Kind:
    """A kind of document; `decided` is the table with its state where that is not plain."""

    name: str
    entity: str
    key: str
    places: tuple[Place, ...] = ()
    decided: str | None = None


def _supply(kind: str) -> Place:
    return Place("replenishments", "document_id", "open_quantity", SUPPLY, f"kind = '{kind}'")


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "sales_order",
            "sales_orders",
            "sales_order_id",
            (
                Place("sales_lines", "sales_order_id", "quantity", SALE),
                Place("open_sales_lines", "sales_order_id", "open_quantity", OPEN_SALE),
            ),
        ),
        Kind(
            "purchase_order",
            "purchase_orders",
            "purchase_order_id",
            (
                Place("purchase_order_lines", "purchase_order_id", "ordered_quantity", PURCHASE),
                _supply("purchase_order"),
            ),
            decided="core.purchase_orders",
        ),
        Kind(
            "transfer",
            "branch_transfers",
            "transfer_id",
            (Place("transfer_lines", "transfer_id", "quantity", MOVE), _supply("transfer")),
            decided="core.transfers",
        ),
        Kind(
            "credit_note",
            "credit_notes",
            "credit_note_id",
            (
                Place(
                    "return_lines", "credit_note_id", "quantity", "'came back on ' || returned_on"
                ),
            ),
        ),
        Kind("adjustment", "adjustments", "adjustment_id"),
        Kind("production_job", "production_jobs", "production_job_id"),
    )
}
