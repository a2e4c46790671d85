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
    """A kind of document: its raw entity, its id in staging, and where its lines are.

    `state_table` is the table that decides its state; without one the state follows from its flags.
    `line_quantity` is the column of its raw lines that holds what was ordered.
    """

    name: str
    entity: str
    key: str
    line_table: str
    placements: tuple[Placement, ...] = ()
    state_table: str | None = None
    line_quantity: str = "qty"

    @property
    def parent_key(self) -> str:
        """Return the column of the raw lines that names their document."""
        return f"{self.entity.removesuffix('s')}_id"


def _supply(kind: str) -> Placement:
    return Placement("replenishments", "document_id", "open_quantity", SUPPLY, f"kind = '{kind}'")


DOCUMENT_KINDS = {
    kind.name: kind
    for kind in (
        DocumentKind(
            "sales_order",
            "sales_orders",
            "sales_order_id",
            "sales_order_lines",
            (
                Placement("sales_lines", "sales_order_id", "quantity", SALE),
                Placement("open_sales_lines", "sales_order_id", "open_quantity", OPEN_SALE),
            ),
        ),
        DocumentKind(
            "purchase_order",
            "purchase_orders",
            "purchase_order_id",
            "purchase_order_lines",
            (
                Placement(
                    "purchase_order_lines", "purchase_order_id", "ordered_quantity", PURCHASE
                ),
                _supply("purchase_order"),
            ),
            state_table="core.purchase_orders",
        ),
        DocumentKind(
            "transfer",
            "branch_transfers",
            "transfer_id",
            "branch_transfer_lines",
            (Placement("transfer_lines", "transfer_id", "quantity", TRANSFER), _supply("transfer")),
            state_table="core.transfers",
        ),
        DocumentKind(
            "credit_note",
            "credit_notes",
            "credit_note_id",
            "credit_note_lines",
            (Placement("return_lines", "credit_note_id", "quantity", RETURN),),
        ),
        DocumentKind("adjustment", "adjustments", "adjustment_id", "adjustment_lines"),
        DocumentKind(
            "production_job",
            "production_jobs",
            "production_job_id",
            "production_job_products",
            line_quantity="standard_qty",
        ),
    )
}
