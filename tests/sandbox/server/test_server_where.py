"""The `where` parameter over HTTP."""

import httpx
import pytest

ALL = [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
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
    ],
)
def test_comparisons_select_what_they_say(ids, where, expected):
    """Every operator selects the records its name promises."""
    assert ids(where=where, order="id ASC") == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("id=1 OR id=2", [1, 2]),
        ("id>1 AND id<4", [2, 3]),
        ("(id>1)and(id<4)", [2, 3]),
        ("id=1 or id>5 and isApproved=1", [1, 6]),
        ("(id=1 or id>5) and isApproved=1", [6]),
        ("((id=1))", [1]),
        ("branchId IN (3) AND modifiedDate>='2026-06-04T00:00:00Z'", [4, 6]),
        ("", ALL),
    ],
)
def test_connectives_and_parentheses_combine(ids, where, expected):
    """AND binds tighter than OR, parentheses overrule it, and none of them needs spaces."""
    assert ids(where=where, order="id ASC") == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
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
    ],
)
def test_text_is_compared_without_case(ids, where, expected):
    """Text and field names compare in any case, % is the only wildcard, '' is one quote."""
    assert ids(where=where, order="id ASC") == expected


@pytest.mark.parametrize("value", ["1", "true", "TRUE", "'true'"])
def test_flags_are_written_as_number_or_word(ids, value):
    """A boolean may be written 1 or true."""
    assert ids(where=f"isApproved={value}", order="id ASC") == [2, 4, 6]


@pytest.mark.parametrize("value", ["0", "false"])
def test_flags_can_be_false(ids, value):
    """A boolean may be written 0 or false."""
    assert ids(where=f"isApproved={value}", order="id ASC") == [1, 3, 5, 7]


@pytest.mark.parametrize(
    "date",
    [
        "'2026-06-06T00:00:00Z'",
        "2026-06-06T00:00:00Z",
        "'2026-06-06T00:00:00.000Z'",
        "2026-06-06T00:00:00.000Z",
        "'2026-06-06T00:00:00'",
    ],
)
def test_dates_are_read_in_every_form_cin7_reads(ids, date):
    """A date may be quoted or bare, with or without milliseconds."""
    assert ids(where=f"modifiedDate>={date}", order="id ASC") == [6, 7]


def test_modified_date_above_a_second_includes_that_second(ids):
    """`modifiedDate > X` behaves like `>=`, because the date shown is cut to the second."""
    assert ids(where="modifiedDate>'2026-06-06T00:00:00Z'", order="id ASC") == [6, 7]
    assert ids(where="modifiedDate>'2026-06-06T00:00:00.500Z'", order="id ASC") == [6, 7]


def test_other_dates_above_a_second_exclude_it(ids):
    """Only modifiedDate has a hidden fraction; for another date `>` means later."""
    assert ids(where="dispatchedDate>'2026-06-10T14:00:03Z'") == []
    assert ids(where="dispatchedDate>'2026-06-10T14:00:02.999Z'") == [6]
    assert ids(where="dispatchedDate<'2026-06-10T14:00:03.001Z'") == [6]


@pytest.mark.parametrize(
    "where",
    [
        "branchId <> 99",
        "branchId < 99",
        "invoiceDate > '2000-01-01T00:00:00Z'",
    ],
)
def test_null_satisfies_no_comparison(ids, where):
    """A null is neither above, below nor different from anything."""
    assert set(ids(where=where)) <= {2, 4, 6}


@pytest.mark.parametrize("date", ["'2026-06-01'", "2026-06-01", "'2026-13-01T00:00:00Z'", "'x'"])
def test_a_bare_date_is_refused(get, date):
    """A date without a time, or one that does not exist, is a 400 that says so."""
    response = get("SalesOrders", where=f"modifiedDate>={date}")
    assert response.status_code == 400
    assert "is not a valid date/time" in response.json()


@pytest.mark.parametrize(
    "where",
    [
        "id",
        "id =",
        "id == 1",
        "= 1",
        "id = 1 AND",
        "(id = 1",
        "id = 1)",
        "id IN ()",
        "id IN (1,)",
        "id IN 1",
        "id IS 1",
        "id NOT IN (1)",
        "reference = 'open",
        "reference = word",
        "id = 1; drop",
        "lineItems.code = 'A-1'",
        "id != 1",
        "(" * 600,
    ],
)
def test_a_syntax_error_is_refused(get, where):
    """Text outside the grammar is a 400 with a JSON string."""
    response = get("SalesOrders", where=where)
    assert response.status_code == 400
    assert response.json().startswith("The where argument is not valid")


@pytest.mark.parametrize("where", ["code = 'A-1'", "shoeSize = 9", "lineItems = 'A-1'"])
def test_only_fields_of_the_record_itself_can_be_compared(get, where):
    """An unknown field, a field of a line and the lines themselves are a 400 that names the field."""
    response = get("SalesOrders", where=where)
    assert response.status_code == 400
    assert where.split(" ", maxsplit=1)[0] in response.json()


@pytest.mark.parametrize("where", ["id = 'abc'", "isApproved = 7", "id = true"])
def test_a_value_of_the_wrong_kind_is_refused(get, where):
    """A value that cannot be compared with its field is a 400."""
    assert get("SalesOrders", where=where).status_code == 400


def test_percent_and_hash_arrive_encoded(server, http):
    """In a URL `%` is %25 and `#` is %23."""
    url = f"{server.base_url}/v1/SalesOrders?where=reference%20LIKE%20%27%2310%25%27%20AND%20id%3D2"
    assert [record["id"] for record in http.get(httpx.URL(url)).json()] == [2]
