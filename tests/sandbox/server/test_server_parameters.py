"""The parameters `page`, `rows`, `order` and `fields`, and what a path names, over HTTP."""

from datetime import timedelta

import pytest

# What can be listed by the API's own help pages.
RESOURCES = (
    "Adjustments", "BomMasters", "BranchTransfers", "Branches", "Contacts", "CreditNotes", "Payments",
    "PaymentFeesAndPayouts/Fees", "PaymentFeesAndPayouts/Payouts", "ProductCategories",
    "ProductOptions", "ProductionJobs", "Products", "PurchaseOrders", "Quotes", "SalesOrders",
    "SalesOrdersWithCartons", "SerialNumbers", "SizeRanges", "Stock", "Users", "Voucher",
)  # fmt: skip


def test_a_list_is_a_bare_array(get):
    """A list has no envelope and comes as JSON in UTF-8."""
    response = get("SalesOrders")
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert isinstance(response.json(), list)


@pytest.mark.parametrize(
    "path", ["SalesOrders", "salesorders", "SALESORDERS/", "/SalesOrders?where=id%3D1"]
)
def test_paths_are_found_in_any_case(get, path):
    """A path may be written in any case and end in a slash."""
    assert get(path.lstrip("/")).status_code == 200


def test_fifty_rows_come_unless_asked_otherwise(account, ids):
    """Without `rows` a page has 50, and 250 at the most."""
    order = account.lists["SalesOrders"][0]
    account.lists["SalesOrders"] = [order | {"id": number} for number in range(300)]
    assert len(ids()) == 50
    assert len(ids(rows="")) == 50
    assert len(ids(rows=250)) == 250


def test_pages_follow_each_other_until_an_empty_one(ids):
    """Pages count from 1, the last may be short, and past the end there is `[]`."""
    pages = [ids(rows=3, page=page, order="id ASC") for page in (1, 2, 3, 4)]
    assert pages == [[1, 2, 3], [4, 5, 6], [7], []]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"rows": 251}, "The rows argument cannot be greater than 250."),
        (
            {"page": 0},
            "The page number is out of range; the value must be greater than or equal to 1.",
        ),
        ({"rows": 0}, "The rows argument must be greater than or equal to 1."),
        ({"page": "x"}, "The value 'x' is not valid for page."),
    ],
)
def test_pages_out_of_range_are_refused_in_cin7s_words(get, params, message):
    """A page or size out of range is a 400 whose body is a JSON string."""
    response = get("SalesOrders", **params)
    assert (response.status_code, response.json()) == (400, message)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("id ASC", [1, 2, 3, 4, 5, 6, 7]),
        ("ID desc", [7, 6, 5, 4, 3, 2, 1]),
        ("status ASC, id DESC", [6, 4, 2, 7, 5, 3, 1]),
        ("branchid asc,modifieddate asc", [1, 3, 5, 7, 2, 4, 6]),
        ("branchId DESC,id ASC", [2, 4, 6, 1, 3, 5, 7]),
        ("status DESC", [3, 1, 7, 5, 2, 4, 6]),
        ("", [3, 1, 2, 7, 5, 4, 6]),
    ],
)
def test_order_sorts_by_several_keys(ids, order, expected):
    """Keys count from left to right, nulls are lowest, ties and no key keep the account's order."""
    assert ids(order=order) == expected


def test_the_default_direction_can_be_switched(ids, server):
    """A key without a direction sorts the way the sandbox is set to."""
    assert ids(order="id") == [7, 6, 5, 4, 3, 2, 1]
    server.faults.default_direction = "ASC"
    assert ids(order="id") == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("order", ["id SIDEWAYS", "shoeSize ASC", "id ASC DESC", "id,,total"])
def test_a_wrong_order_is_refused(get, order):
    """An order that cannot be followed is a 400."""
    assert get("SalesOrders", order=order).status_code == 400


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("id", {"id": 1}),
        ("ID, Reference", {"id": 1, "reference": "#101"}),
        ("id,shoeSize", {"id": 1}),
        ("shoeSize", {}),
        ("id,lineItems(code,qty,colour)", {"id": 1, "lineItems": [
            {"code": "A-1", "qty": 2.0}, {"code": "A-2", "qty": 2.0}]}),
        ("lineitems ( CODE ) , id", {"id": 1, "lineItems": [{"code": "A-1"}, {"code": "A-2"}]}),
        ("customFields(orders_1000)", {"customFields": {"orders_1000": "x"}}),
        ("customFields(other)", {"customFields": {}}),
        ("id(code)", {"id": 1}),
    ],
)  # fmt: skip
def test_fields_selects_and_keeps_the_spelling(get, fields, expected):
    """Only the named fields come, spelt as Cin7 spells them; unknown names are ignored."""
    assert get("SalesOrders", where="id=1", fields=fields).json() == [expected]


@pytest.mark.parametrize("fields", ["lineItems(code", "id)", "id)("])
def test_fields_with_unmatched_parentheses_are_refused(get, fields):
    """Parentheses that do not match are a 400."""
    assert get("SalesOrders", fields=fields).status_code == 400


def test_parameters_nobody_knows_change_nothing(ids):
    """An unknown parameter is silently not applied: that is the trap."""
    assert len(ids(limit=1, offset=3, productOptionId=1)) == 7


def test_a_record_is_found_by_id(get):
    """A path with an id gives the object itself, projected if asked."""
    assert get("SalesOrders/4", fields="id,reference").json() == {"id": 4, "reference": "#104"}


@pytest.mark.parametrize(
    "path", ["SalesOrders/99", "SalesOrders/x", "Stock/34010", "Stocks", "Quotes/1", "Voucher/1"]
)
def test_what_does_not_exist_is_not_found(get, path):
    """An unknown id, an unknown resource and a by-id call where there is none are a 404."""
    response = get(path)
    assert (response.status_code, response.json()) == (404, "Resource not found")


def test_only_bills_of_materials_have_a_second_version(server, http):
    """`/v2/` answers BomMasters, with a list of products each, and nothing else."""
    root = server.base_url
    assert http.get(f"{root}/v1/BOMMasters").json() == [{"id": 1, "product": {"id": 2}}]
    products = [{"id": 2}, {"id": 3}]
    assert http.get(f"{root}/V2/BOMMasters").json() == [{"id": 1, "products": products}]
    assert http.get(f"{root}/v2/BOMMasters/1").json() == {"id": 1, "products": products}
    assert http.get(f"{root}/v2/Users").status_code == 404


def test_an_option_on_a_size_grid_gives_its_first_row(get):
    """Where several rows share an id, the path with the id gives the first."""
    assert get("ProductOptions/34010").json()["size"] == "S"


def test_stock_and_vouchers_have_a_filter_of_their_own(get):
    """`Stock?barcode=` and `Voucher?code=` filter, alone and beside `where`."""
    assert len(get("Stock", barcode="9300000000011").json()) == 1
    assert get("Stock", barcode="9300000000011", where="branchId=2").json() == []
    assert get("Voucher", code="GIFT").json() == [{"id": 1, "code": "GIFT"}]


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_of_the_api_answers_a_list(get, account, resource):
    """A resource without records answers `[]` to any question, whether or not the account knows it."""
    account.lists.clear()
    response = get(resource, where="isActive=1", order="id ASC", fields="id")
    assert (response.status_code, response.json()) == (200, [])


def test_a_url_that_is_too_long_is_not_found(get):
    """Above 2000 characters the whole call is a flat 404, whatever it asks."""
    numbers = ",".join(str(number) for number in range(10**6, 10**6 + 300))
    response = get("SalesOrders", where=f"id IN ({numbers})")
    assert (response.status_code, response.json()) == (404, "Resource not found")


def test_the_account_is_asked_once_a_second(get, account, clock):
    """Pages of the same second come from one reading of the account, however costly it is."""
    noon = clock.now
    get("SalesOrders", page=1)
    clock.now = noon + timedelta(microseconds=900_000)
    get("SalesOrders", page=2)
    assert account.asked == [("SalesOrders", noon)]
    clock.now = noon + timedelta(seconds=1)
    get("SalesOrders", page=3)
    assert account.asked[1:] == [("SalesOrders", noon + timedelta(seconds=1))]
