"""Production jobs and bills of materials as Cin7 sends them, every field of them.

Both list products with their components; a job says how many, a bill of materials how many a unit.
"""

from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Assembly, BomMaster, Part, ProductionJob
from cin7_pipeline.sandbox.serializers.json_format import Record, number, stamp
from cin7_pipeline.sandbox.serializers.lines import Register


def production_job(job: ProductionJob, register: Register) -> Record:
    """A `ProductionJobs` record; `completedDate` says that it is done."""
    products = [_job_product(each, place, job, register) for place, each in _sorted(job.products)]
    return {
        "id": job.id,
        "createdDate": stamp(job.created_at),
        "modifiedDate": stamp(job.modified_at),
        "dueDate": stamp(job.due_at),
        "completedDate": stamp(job.completed_at),
        "createdBy": 12,
        "completedBy": 12 if job.completed_at else 0,
        "isApproved": job.is_approved,
        "branchId": job.branch_id,
        "company": None,
        "projectName": "",
        "productionNotes": None,
        "reference": job.reference,
        "source": "Backend",
        "totalCost": sum(each["unitCost"] * each["actualQty"] for each in products),
        "customFields": dict(job.custom_fields),
        "products": products,
    }


def bom_master(bom: BomMaster, register: Register) -> Record:
    """A `BomMasters` record of version 1: only its first product."""
    first = next(iter(bom.products), None)
    product = _bom_product(first, 1, bom, register) if first else None
    return {**_bom(bom), "product": product}


def bom_master_v2(bom: BomMaster, register: Register) -> Record:
    """A `BomMasters` record of version 2: all its products."""
    products = [_bom_product(each, place, bom, register) for place, each in _sorted(bom.products)]
    return {**_bom(bom), "products": products}


def _bom(bom: BomMaster) -> Record:
    return {
        "id": bom.id,
        "createdDate": stamp(bom.created_at),
        "modifiedDate": stamp(bom.modified_at),
        "createdBy": 12,
        "modifiedBy": 12,
        "productionNotes": None,
        "reference": bom.reference,
    }


def _bom_product(made: Assembly, place: int, bom: BomMaster, register: Register) -> Record:
    components = [
        {**_item(part, place, "Use", register), "qty": number(part.quantity)}
        for place, part in enumerate(made.components, start=1)
    ]
    return {
        **_item(made, place, "Make", register),
        "qty": number(made.quantity),
        "components": components,
        "bomId": bom.id,
        "createdDate": stamp(bom.created_at),
    }


def _job_product(made: Assembly, place: int, job: ProductionJob, register: Register) -> Record:
    components = [
        {**_item(part, place, "Use", register), **_done(part), "dueDate": stamp(job.due_at)}
        for place, part in enumerate(made.components, start=1)
    ]
    return {
        **_item(made, place, "Make", register),
        **_done(made),
        "dueDate": stamp(job.due_at),
        "components": components,
        "jobId": job.id,
        "createdDate": stamp(job.created_at),
    }


def _item(item: Assembly | Part, place: int, type: str, register: Register) -> Record:
    """What products and components of jobs and bills have in common."""
    options = register.options.get(item.option_id, [])
    first = options[0] if options else None
    return {
        "id": item.id,
        "productId": first.product_id if first else 0,
        "productOptionId": item.option_id,
        "type": type,
        "sort": place,
        "code": item.code,
        "name": item.name,
        "option1": first.option_1 if first else None,
        "option2": first.option_2 if first else None,
        "option3": None,
        "notes": None,
        "unitCost": number(_cost(first.prices)) if first else 0.0,
    }


def _cost(prices: dict[str, Decimal]) -> Decimal:
    return next((price for tier, price in prices.items() if tier.startswith("cost")), Decimal(0))


def _done(item: Assembly | Part) -> Record:
    return {"standardQty": number(item.quantity), "actualQty": number(item.done)}


def _sorted(products: tuple[Assembly, ...]) -> list[tuple[int, Assembly]]:
    return list(enumerate(products, start=1))
