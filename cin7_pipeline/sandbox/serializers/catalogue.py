"""Products, options, branches, contacts, stock and users as Cin7 sends them, every field of them."""

from collections.abc import Mapping
from decimal import Decimal

from cin7_pipeline.sandbox.ledger import Branch, Contact, Option, Product, StockRow
from cin7_pipeline.sandbox.serializers.json_format import (
    Record,
    name_of,
    number,
    phone,
    stamp,
    street,
)

SIZE_IDS = {"S": 3, "M": 4, "L": 5, "XL": 6}
USERS = ((11, "Morgan", "Purchasing"), (12, "Ashley", "Warehouse"), (13, "Lee", "Support"))
Totals = Mapping[tuple[int, str], tuple[Decimal, Decimal]]


def product(product: Product, options: list[Record]) -> Record:
    """A `Products` record with its options inside."""
    is_sized = any(option["sizeId"] for option in options)
    return {
        "id": product.id,
        "status": product.status,
        "createdDate": stamp(product.created_at),
        "modifiedDate": stamp(product.modified_at),
        "styleCode": product.style_code,
        "name": product.name,
        "description": f"<p>{product.name}</p>" if product.id % 3 else "",
        "tags": None,
        "images": [],
        "pdfUpload": None,
        "pdfDescription": "",
        "supplierId": product.supplier_id,
        "brand": product.brand,
        "category": product.category,
        "subCategory": product.sub_category,
        "categoryIdArray": [100 + product.id % 5],
        "channels": "",
        "weight": number(product.weight),
        "height": 0.0,
        "width": 0.0,
        "length": 0.0,
        "volume": number(product.volume),
        "stockControl": product.stock_control,
        "orderType": product.order_type,
        "productType": None,
        "productSubtype": None,
        "projectName": "",
        "optionLabel1": "Colour",
        "optionLabel2": None,
        "optionLabel3": "",
        "salesAccount": "200",
        "purchasesAccount": "300",
        "importCustomsDuty": None,
        "sizeRangeId": 2 if is_sized else 0,
        "customFields": dict(product.custom_fields),
        "productOptions": options,
    }


def product_option(option: Option, stock: Totals) -> Record:
    """A `ProductOptions` record: one per size on a size grid, all with the option's id."""
    on_hand, available = stock.get(option.key, (Decimal(0), Decimal(0)))
    return {
        "id": option.id,
        "createdDate": stamp(option.created_at),
        "modifiedDate": stamp(option.modified_at),
        "status": option.status,
        "productId": option.product_id,
        "code": option.code,
        "barcode": option.barcode,
        "productOptionCode": option.option_code,
        "productOptionSizeCode": option.size_code,
        "productOptionBarcode": "" if option.size else option.barcode,
        "productOptionSizeBarcode": option.barcode if option.size else None,
        "supplierCode": option.supplier_code,
        "option1": option.option_1,
        "option2": option.option_2,
        "option3": option.option_3,
        "optionWeight": number(option.weight),
        "size": _size(option.id, option.size),
        "sizeId": SIZE_IDS.get(option.size, 0),
        "retailPrice": _price(option, "retailAUD"),
        "wholesalePrice": _price(option, "wholesaleAUD"),
        "vipPrice": _price(option, "vipAUD"),
        "specialPrice": 0.0,
        "specialsStartDate": None,
        "specialDays": 0,
        "stockAvailable": number(available),
        "stockOnHand": number(on_hand),
        "uomOptions": [],
        "image": {"link": None},
        "priceColumns": {tier: number(price) for tier, price in option.prices.items()},
    }


def branch(branch: Branch) -> Record:
    """A `Branches` record: `company` is the branch's name."""
    return {
        **_organisation(branch, branch.name, {"firstName": "", "lastName": ""}, ""),
        "branchType": branch.branch_type,
        "stockControlOptions": None,
        "taxStatus": "",
        "accountNumber": None,
        "branchLocations": [{"zone": "A", "bins": ["A1", "A2"]}] if branch.id == 3 else [],
    }


def contact(contact: Contact) -> Record:
    """A `Contacts` record; all persons in it are invented."""
    names = name_of(contact)
    return {
        **_organisation(contact, contact.company, names, contact.email),
        "type": contact.type,
        "salesPersonId": 0,
        "accountNumber": str(contact.id),
        "billingId": 0,
        "billingCompany": None,
        "accountsFirstName": names["firstName"],
        "accountsLastName": names["lastName"],
        "billingEmail": contact.email,
        "accountsPhone": phone(contact.id),
        "billingCostCenter": None,
        "costCenter": "",
        "priceColumn": contact.price_column,
        "percentageOff": 0.0,
        "paymentTerms": None,
        "taxStatus": "Excl",
        "taxNumber": "",
        "creditLimit": 0.0,
        "balanceOwing": 0.0,
        "onHold": False,
        "group": contact.group,
        "subGroup": contact.sub_group,
        "stages": None,
        "accountingIntegrationId": _ledger_ids(contact.id),
    }


def stock_row(row: StockRow, option: Option, product: Product, branch_name: str) -> Record:
    """A `Stock` record: no id; one per option, size and branch."""
    return {
        "productId": option.product_id,
        "productOptionId": row.option_id,
        "modifiedDate": stamp(row.modified_at),
        "styleCode": product.style_code,
        "code": row.code,
        "barcode": option.barcode,
        "branchId": row.branch_id,
        "branchName": branch_name,
        "productName": product.name,
        "option1": option.option_1,
        "option2": option.option_2,
        "option3": option.option_3,
        "size": _size(row.option_id, row.size),
        "available": number(row.available),
        "stockOnHand": number(row.on_hand),
        "openSales": number(row.open_sales),
        "incoming": number(row.incoming),
        "virtual": number(row.virtual),
        "holding": number(row.holding),
    }


def users() -> list[Record]:
    """The `Users` records: staff of the merchant, invented too."""
    return [
        {
            "id": id,
            "isActive": True,
            "firstName": first,
            "lastName": f"Nobody-{id}",
            "jobTitle": job,
            "email": f"{first.lower()}.nobody-{id}@example.com",
        }
        for id, first, job in USERS
    ]


def _organisation(who: Branch | Contact, company: str, names: Record, email: str) -> Record:
    """The block that branches and contacts share."""
    return {
        "id": who.id,
        "createdDate": stamp(who.created_at),
        "modifiedDate": stamp(who.modified_at),
        "isActive": who.is_active,
        "company": company,
        **names,
        "jobTitle": None,
        "email": email,
        "website": "",
        "phone": phone(who.id),
        "fax": None,
        "mobile": None,
        "address1": street(who.id),
        "address2": "",
        "city": "Brisbane",
        "state": "QLD",
        "postCode": "4000",
        "country": "Australia",
        "postalAddress1": street(who.id + 1),
        "postalAddress2": None,
        "postalCity": "",
        "postalPostCode": None,
        "postalState": "",
        "postalCountry": None,
        "notes": f"call {phone(who.id)}" if who.id % 6 == 0 else None,
        "integrationRef": None,
        "customFields": dict(getattr(who, "custom_fields", {})),
        "secondaryContacts": [],
    }


def _ledger_ids(id: int) -> Record:
    return {
        "xero": f"x-{id}" if id % 2 else None,
        "quickBooksOnline": None,
        "quickBooksDesktop": None,
    }


def _size(option_id: int, size: str) -> str | None:
    """Unsized is '' or null, both occur."""
    return size or ("" if option_id % 2 else None)


def _price(option: Option, tier: str) -> float | None:
    price = option.prices.get(tier)
    return None if price is None else number(price)
