"""This module writes products, options, branches, contacts, stock and users, with every field of theirs."""

from collections.abc import Mapping
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Branch, Contact, Option, Product, StockRow
from cin7_pipeline.sandbox.serializers.json_format import (
    Record,
    dated,
    fields_of,
    name_of,
    phone,
    street,
    unset,
)

SIZE_IDS = {"S": 3, "M": 4, "L": 5, "XL": 6}
USERS = ((11, "Morgan", "Purchasing"), (12, "Ashley", "Warehouse"), (13, "Lee", "Support"))
Totals = Mapping[tuple[int, str], tuple[Decimal, Decimal]]


def product(product: Product, options: list[Record]) -> Record:
    """Return a `Products` record with its options inside."""
    is_sized = any(option["sizeId"] for option in options)
    return {
        **dated(product),
        **fields_of(product, "status style_code name"),
        "description": f"<p>{product.name}</p>" if product.id % 3 else "",
        "images": [],
        **fields_of(product, "supplier_id brand category sub_category"),
        "categoryIdArray": [100 + product.id % 5],
        **fields_of(product, "weight volume stock_control order_type"),
        "optionLabel1": "Colour",
        "salesAccount": "200",
        "purchasesAccount": "300",
        **unset(
            null="tags pdfUpload productType productSubtype optionLabel2 importCustomsDuty",
            text="pdfDescription channels projectName optionLabel3",
            number="height width length",
        ),
        "sizeRangeId": 2 if is_sized else 0,
        **fields_of(product, "custom_fields"),
        "productOptions": options,
    }


def product_option(option: Option, stock: Totals) -> Record:
    """Return a `ProductOptions` record: one per size on a size grid, all with the option's id."""
    on_hand, available = stock.get(option.key, (Decimal(0), Decimal(0)))
    prices = {tier: float(price) for tier, price in option.prices.items()}
    return {
        **dated(option),
        **fields_of(option, "status product_id code barcode productOptionCode=option_code"),
        **fields_of(option, "productOptionSizeCode=size_code supplier_code"),
        "productOptionBarcode": "" if option.size else option.barcode,
        "productOptionSizeBarcode": option.barcode if option.size else None,
        **fields_of(option, "option_1 option_2 option_3 optionWeight=weight"),
        "size": _size(option.id, option.size),
        "sizeId": SIZE_IDS.get(option.size, 0),
        "retailPrice": prices.get("retailAUD"),
        "wholesalePrice": prices.get("wholesaleAUD"),
        "vipPrice": prices.get("vipAUD"),
        **unset(null="specialsStartDate", zero="specialDays", number="specialPrice"),
        "stockAvailable": float(available),
        "stockOnHand": float(on_hand),
        "uomOptions": [_unit_of_measure(option, place) for place in range(len(option.packs))],
        "image": {"link": None},
        "priceColumns": prices,
    }


def _unit_of_measure(option: Option, place: int) -> Record:
    """Return an entry of `uomOptions`: a pack, and how many stocking units it holds."""
    return {
        "id": option.id * 10 + place,
        "productOptionId": option.id,
        **fields_of(option.packs[place], "code quantity supplier_code"),
        **fields_of(option, "option_1 option_2 option_3"),
        "barcode": "",
        "priceColumns": {},
    }


def branch(branch: Branch) -> Record:
    """Return a `Branches` record: `company` is the branch's name."""
    return {
        **_organisation(branch, branch.name, {"firstName": "", "lastName": ""}, ""),
        "branchType": branch.branch_type,
        **unset(null="stockControlOptions accountNumber", text="taxStatus"),
        "branchLocations": [{"zone": "A", "bins": ["A1", "A2"]}] if branch.id == 3 else [],
    }


def contact(contact: Contact) -> Record:
    """Return a `Contacts` record; all persons in it are invented."""
    names = name_of(contact)
    accounting_id = {"xero": f"x-{contact.id}" if contact.id % 2 else None}
    return {
        **_organisation(contact, contact.company, names, contact.email),
        "type": contact.type,
        "accountNumber": str(contact.id),
        "accountsFirstName": names["firstName"],
        "accountsLastName": names["lastName"],
        "billingEmail": contact.email,
        "accountsPhone": phone(contact.id),
        "taxStatus": "Excl",
        "onHold": False,
        **unset(
            null="billingCompany billingCostCenter paymentTerms stages",
            text="costCenter taxNumber",
            zero="salesPersonId billingId",
            number="percentageOff creditLimit balanceOwing",
        ),
        **fields_of(contact, "price_column group sub_group"),
        "accountingIntegrationId": accounting_id | unset(null="quickBooksOnline quickBooksDesktop"),
    }


def stock_row(row: StockRow, option: Option, product: Product, branch_name: str) -> Record:
    """Return a `Stock` record: no id; one per option, size and branch."""
    return {
        **fields_of(product, "style_code productName=name"),
        **fields_of(option, "product_id barcode option_1 option_2 option_3"),
        **fields_of(row, "productOptionId=option_id modifiedDate=modified_at code branch_id"),
        "branchName": branch_name,
        "size": _size(row.option_id, row.size),
        **fields_of(row, "available stockOnHand=on_hand open_sales incoming virtual holding"),
    }


def user(id: int, first: str, job: str) -> Record:
    """Return a `Users` record: staff of the merchant, invented too."""
    last, email = f"Nobody-{id}", f"{first.lower()}.nobody-{id}@example.com"
    names = {"firstName": first, "lastName": last}
    return {"id": id, "isActive": True, **names, "jobTitle": job, "email": email}


def _organisation(who: Branch | Contact, company: str, names: Record, email: str) -> Record:
    """Return the block that branches and contacts share."""
    return {
        **dated(who),
        "isActive": who.is_active,
        "company": company,
        **names,
        "email": email,
        "phone": phone(who.id),
        "address1": street(who.id),
        "city": "Brisbane",
        "state": "QLD",
        "postCode": "4000",
        "country": "Australia",
        "postalAddress1": street(who.id + 1),
        "notes": f"call {phone(who.id)}" if who.id % 6 == 0 else None,
        "customFields": dict(getattr(who, "custom_fields", {})),
        "secondaryContacts": [],
        **unset(
            null="jobTitle fax mobile postalAddress2 postalPostCode postalCountry integrationRef",
            text="website address2 postalCity postalState",
        ),
    }


def _size(option_id: int, size: str) -> str | None:
    """Return the size; unsized is '' or null, both occur."""
    return size or ("" if option_id % 2 else None)
