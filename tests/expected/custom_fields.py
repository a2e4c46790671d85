"""The table `custom_fields`: the fields of the account that settings give a name."""

from collections.abc import Mapping, Sequence

from cin7_pipeline.sandbox.ledger import Contact, Document, Product
from tests.expected.measures import Row
from tests.expected.reading import Known

KINDS = {
    "sales_orders": "sales_order",
    "purchase_orders": "purchase_order",
    "branch_transfers": "transfer",
    "credit_notes": "credit_note",
    "products": "product",
    "contacts": "contact",
}
CustomField = tuple[str, str, str]


def custom_fields(known: Known, settings: Sequence[CustomField]) -> list[Row]:
    """One row per record and named field that holds something."""
    records = _records(known)
    return [
        {
            "document_kind": KINDS[entity],
            "document_id": record.id,
            "name": name,
            "value": record.custom_fields[field],
            "cin7_field": field,
        }
        for entity, field, name in settings
        for record in records[entity]
        if record.custom_fields.get(field)
    ]


def _records(known: Known) -> Mapping[str, list[Document | Product | Contact]]:
    return {
        "sales_orders": list(known.sales_orders.existing()),
        "purchase_orders": list(known.purchase_orders.existing()),
        "branch_transfers": list(known.branch_transfers.existing()),
        "credit_notes": list(known.credit_notes.existing()),
        "products": list(known.books.products),
        "contacts": list(known.books.contacts),
    }
