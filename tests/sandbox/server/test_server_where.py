"""The `where` parameter over HTTP."""

import re

import httpx
import pytest

ALL = [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        # Every operator selects the records its name promises.
        ("id = 3", [3]),
        ("id <> 3", [1, 2, 4, 5, 6, 7]),
        ("id > 5", [6, 7]),
        ("id < 3", [1, 2]),
        ("id >= 5", [5, 6, 7]),
        ("id <= 2", [1, 2]),
        ("id = '3'", [3]),
        ("total = 3.5", [3]),
        ("id = 3.0", [3]),
        ("id > -1", ALL),
        ("id IN (1, 3,99)", [1, 3]),
        ("reference IN ('#101','#107')", [1, 7]),
        ("branchId IS NULL", [1, 3, 5, 7]),
        ("branchId is not null", [2, 4, 6]),
        ("dispatchedDate IS NOT NULL", [6]),
        # AND binds tighter than OR, parentheses overrule it, and none of them needs spaces.
        ("id=1 OR id=2", [1, 2]),
        ("id>1 AND id<4", [2, 3]),
        ("(id>1)and(id<4)", [2, 3]),
        ("id=1 or id>5 and isApproved=1", [1, 6]),
        ("(id=1 or id>5) and isApproved=1", [6]),
        ("((id=1))", [1]),
        ("branchId IN (3) AND modifiedDate>='2026-06-04T00:00:00Z'", [4, 6]),
        ("", ALL),
        # Text and field names compare in any case, % is the only wildcard, '' is one quote.
        ("company LIKE '%brien%'", [1]),
        ("company LIKE 'Shop%'", [2, 3, 4, 5, 6, 7]),
        ("company NOT LIKE 'Shop%'", [1]),
        ("company LIKE 'Shop'", []),
        ("company LIKE '%.%'", []),
        ("CategoryIdArray LIKE '%363%'", [2]),
        ("company = 'O''Brien & Sons'", [1]),
        ("reference='#102'", [2]),
        ("status='Approved'", [2, 4, 6]),
        ("STATUS='draft' and ID<4", [1, 3]),
        # A boolean may be written as a number or as a word.
        *((f"isApproved={value}", [2, 4, 6]) for value in ("1", "true", "TRUE", "'true'")),
        *((f"isApproved={value}", [1, 3, 5, 7]) for value in ("0", "false")),
        # A date may be quoted or bare, with or without milliseconds.
        ("modifiedDate>='2026-06-06T00:00:00Z'", [6, 7]),
        ("modifiedDate>=2026-06-06T00:00:00Z", [6, 7]),
        ("modifiedDate>='2026-06-06T00:00:00.000Z'", [6, 7]),
        ("modifiedDate>=2026-06-06T00:00:00.000Z", [6, 7]),
        ("modifiedDate>='2026-06-06T00:00:00'", [6, 7]),
        # modifiedDate has a hidden fraction, as what is shown is cut to the second: `>` is like `>=`.
        ("modifiedDate>'2026-06-06T00:00:00Z'", [6, 7]),
        ("modifiedDate>'2026-06-06T00:00:00.500Z'", [6, 7]),
        # No other date has: `>` means later.
        ("dispatchedDate>'2026-06-10T14:00:03Z'", []),
        ("dispatchedDate>'2026-06-10T14:00:02.999Z'", [6]),
        ("dispatchedDate<'2026-06-10T14:00:03.001Z'", [6]),
    ],
)
def test_a_condition_selects_what_it_says(ids, where, expected):
    """A condition is read by Cin7's grammar, and its values by the type of their field."""
    assert ids(where=where, order="id ASC") == expected


@pytest.mark.parametrize(
    "where", ["branchId <> 99", "branchId < 99", "invoiceDate > '2000-01-01T00:00:00Z'"]
)
def test_null_satisfies_no_comparison(ids, where):
    """A null is neither above, below nor different from anything."""
    assert set(ids(where=where)) <= {2, 4, 6}


NOT_IN_THE_GRAMMAR = (
    "id", "id =", "id == 1", "= 1", "id = 1 AND", "(id = 1", "id = 1)", "id IN ()", "id IN (1,)",
    "id IN 1", "id IS 1", "id NOT IN (1)", "reference = 'open", "reference = word", "id = 1; drop",
    "lineItems.code = 'A-1'", "id != 1", "(" * 600,
)  # fmt: skip
NO_DATES = ("'2026-06-01'", "2026-06-01", "'2026-13-01T00:00:00Z'", "'x'")


@pytest.mark.parametrize(
    ("where", "message"),
    [
        *((where, "The where argument is not valid") for where in NOT_IN_THE_GRAMMAR),
        # A date without a time, or one that does not exist.
        *((f"modifiedDate>={date}", "The where .* is not a valid date/time") for date in NO_DATES),
        # An unknown field, a field of a line and the lines themselves cannot be compared.
        ("code = 'A-1'", "The field 'code'"),
        ("shoeSize = 9", "The field 'shoeSize'"),
        ("lineItems = 'A-1'", "The field 'lineItems'"),
        # A value of another type than its field's.
        ("id = 'abc'", "The where .* 'abc' is not"),
        ("isApproved = 7", "The where .* '7' is not"),
        ("id = true", "The where .* 'true' is not"),
    ],
)
def test_a_wrong_condition_is_refused(get, where, message):
    """A condition that cannot be followed is a 400 with a JSON string that says what is wrong."""
    response = get("SalesOrders", where=where)
    assert response.status_code == 400
    assert re.match(message, response.json())


def test_percent_and_hash_arrive_encoded(server, http):
    """In a URL `%` is %25 and `#` is %23."""
    url = f"{server.base_url}/v1/SalesOrders?where=reference%20LIKE%20%27%2310%25%27%20AND%20id%3D2"
    assert [record["id"] for record in http.get(httpx.URL(url)).json()] == [2]
