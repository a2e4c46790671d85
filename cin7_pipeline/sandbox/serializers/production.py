"""This module writes production jobs and bills of materials, with every field of theirs.

Both list products with their components; a job says how many, a bill of materials how many a unit.
"""

from decimal import Decimal
from typing import Any

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster, Part, ProductionJob
from cin7_pipeline.sandbox.serializers.documents import Register
from cin7_pipeline.sandbox.serializers.json_format import Record, dated, fields_of, stamp, unset


def production_job(job: ProductionJob, register: Register) -> Record:
    """Return a `ProductionJobs` record; `completedDate` says that it is done."""

    def quantities(item: Assembly | Part) -> Record:
        quantities = fields_of(item, "standardQty=quantity actualQty=done")
        return {**quantities, "dueDate": stamp(job.due_at)}

    made = {"jobId": job.id, "createdDate": stamp(job.created_at)}
    products = [
        _product(each, place, register, quantities) | made
        for place, each in enumerate(job.products, start=1)
    ]
    return {
        **dated(job),
        **fields_of(job, "dueDate=due_at completedDate=completed_at"),
        "createdBy": 12,
        "completedBy": 12 if job.completed_at else 0,
        **fields_of(job, "is_approved branch_id reference custom_fields"),
        **unset(null="company productionNotes", text="projectName"),
        "source": "Backend",
        "totalCost": sum(each["unitCost"] * each["actualQty"] for each in products),
        "products": products,
    }


def bom_master(bom: BomMaster, register: Register) -> Record:
    """Return a `BomMasters` record of version 1: only its first product."""
    return {**_bom(bom), "product": next(iter(_bom_products(bom, register)), None)}


def bom_master_v2(bom: BomMaster, register: Register) -> Record:
    """Return a `BomMasters` record of version 2: all its products."""
    return {**_bom(bom), "products": _bom_products(bom, register)}


def _bom(bom: BomMaster) -> Record:
    return {
        **dated(bom),
        "createdBy": 12,
        "modifiedBy": 12,
        "productionNotes": None,
        "reference": bom.reference,
    }


def _bom_products(bom: BomMaster, register: Register) -> list[Record]:
    made = {"bomId": bom.id, "createdDate": stamp(bom.created_at)}
    return [
        _product(each, place, register, lambda item: {"qty": float(item.quantity)}) | made
        for place, each in enumerate(bom.products, start=1)
    ]


def _product(made: Assembly, place: int, register: Register, quantities: Any) -> Record:
    components = [
        _item(part, place, "Use", register) | quantities(part)
        for place, part in enumerate(made.components, start=1)
    ]
    return {**_item(made, place, "Make", register), **quantities(made), "components": components}


def _item(item: Assembly | Part, place: int, type: str, register: Register) -> Record:
    """Return what products and components of jobs and bills have in common."""
    option = register.option(item.option_id)
    costs = [price for tier, price in (option.prices if option else {}).items() if "cost" in tier]
    return {
        "id": item.id,
        "type": type,
        "sort": place,
        **register.item_fields(item),
        **unset(null="option3 notes"),
        "unitCost": float((costs or [Decimal(0)])[0]),
    }
