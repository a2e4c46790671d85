"""This module declares the kinds of documents and the planning tables in which their lines can be.

What a row of such a table means is said in words by SQL over that table.
"""

from dataclasses import dataclass

SALE = "'sold on ' || sold_on || ' (' || sold_on_basis || ')'"
OPEN_SALE = """
    'to be shipped' || coalesce(', due ' || due_on, '')
    || case when is_included then '' else '; will be left out of sales' end"""
RETURN = "'came back on ' || returned_on"
PURCHASE = "state || printf(', %g received', received_quantity::double)"
TRANSFER = "state || ', ' || source_warehouse || ' → ' || destination_warehouse"
SUPPLY = """
    case
        when is_counted then 'counted'
        else 'not counted: ' || why_not_counted
    end || coalesce(', expected ' || expected_on || ' (' || expected_on_basis || ')', '')
    || case when is_overdue then ', overdue' else '' end"""


@dataclass(frozen=True)
class Placement:
    """A planning table in which lines can be; `meaning` is SQL that says what a row of it means."""

    table: str
    key: str
    quantity: str
    meaning: str
    only: str = "true"


@dataclass(frozen=True)
class DocumentKind:
    """A kind of document: the entity that is read, and where its lines are unless a rule says no."""

    entity: str
    placements: tuple[Placement, ...] = ()


def _supply(kind: str) -> Placement:
    return Placement("replenishments", "document_id", "open_quantity", SUPPLY, f"kind = '{kind}'")


DOCUMENT_KINDS = {
    "sales_order": DocumentKind(
        "sales_orders",
        (
            Placement("sales_lines", "sales_order_id", "quantity", SALE),
            Placement("open_sales_lines", "sales_order_id", "open_quantity", OPEN_SALE),
        ),
    ),
    "purchase_order": DocumentKind(
        "purchase_orders",
        (
            Placement("purchase_order_lines", "purchase_order_id", "ordered_quantity", PURCHASE),
            _supply("purchase_order"),
        ),
    ),
    "transfer": DocumentKind(
        "branch_transfers",
        (Placement("transfer_lines", "transfer_id", "quantity", TRANSFER), _supply("transfer")),
    ),
    "credit_note": DocumentKind(
        "credit_notes", (Placement("return_lines", "credit_note_id", "quantity", RETURN),)
    ),
    "adjustment": DocumentKind("adjustments"),
    "production_job": DocumentKind("production_jobs"),
}
