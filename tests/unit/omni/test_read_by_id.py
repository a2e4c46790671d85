"""Records by their ids: in lists that fit into a URL, or one by one where lists have no effect."""

import logging

import pytest

from cin7_pipeline.errors import ContractBroken
from cin7_pipeline.omni.by_id import read_by_id
from cin7_pipeline.omni.endpoints import PRODUCT_OPTIONS, SALES_ORDERS, STOCK


def orders(*ids: int) -> list[dict]:
    """Orders with these ids."""
    return [{"id": n, "reference": f"SO-{n}"} for n in ids]


def test_records_are_asked_for_in_lists(client_for, list_server, rows_of):
    """250 ids are three calls of at most a hundred, and each record comes once."""
    ids = range(1000, 1250)
    server = list_server(orders(*range(900, 1300)))
    found = rows_of(read_by_id(client_for(server), SALES_ORDERS, [*ids, *ids]))
    assert [row["id"] for row in found] == list(ids)
    assert len(server.asked) == 3
    assert server.asked[0]["fields"] == SALES_ORDERS.fields


def test_no_ids_are_no_call(client_for, list_server):
    """Nothing is asked where nothing is wanted."""
    server = list_server(orders(1))
    assert list(read_by_id(client_for(server), SALES_ORDERS, [])) == []
    assert server.asked == []


def test_an_unknown_id_is_absent(client_for, list_server, rows_of):
    """A document that Cin7 no longer has is simply not among the answers."""
    server = list_server(orders(1, 3))
    assert rows_of(read_by_id(client_for(server), SALES_ORDERS, [1, 2, 3])) == orders(1, 3)


def test_ids_that_are_all_gone_cost_one_more_call(client_for, list_server):
    """An empty answer is checked once in the other way before it is believed."""
    server = list_server(orders(1))
    assert list(read_by_id(client_for(server), SALES_ORDERS, [7, 8])) == []
    assert [asked["path"] for asked in server.asked] == [
        "/api/v1/SalesOrders",
        "/api/v1/SalesOrders/7",
    ]


@pytest.mark.parametrize("ignores", ["ids", "ids empty"])
def test_a_server_that_ignores_ids_is_asked_one_by_one(
    client_for, list_server, rows_of, caplog, ignores
):
    """Answers nobody asked for, or none at all, are noticed; each record is then read alone."""
    server = list_server(orders(*range(1, 9)), ignores=ignores)
    with caplog.at_level(logging.WARNING, logger="cin7_pipeline.omni.by_id"):
        found = rows_of(read_by_id(client_for(server), SALES_ORDERS, [2, 4, 6, 99], at_once=2))
    assert found == orders(2, 4, 6)
    assert len([r for r in caplog.records if "one by one" in r.message]) == 1


def test_all_sizes_of_an_option_are_read(client_for, list_server, rows_of):
    """Rows that share an id are all found, also where they fill more than a page."""
    rows = [{"id": n, "size": f"S{s}"} for n in (1, 2, 3) for s in range(300)]
    found = rows_of(read_by_id(client_for(list_server(rows)), PRODUCT_OPTIONS, [2, 3]))
    assert {(row["id"], row["size"]) for row in found} == {
        (row["id"], row["size"]) for row in rows if row["id"] != 1
    }


def test_stock_that_cannot_be_filtered_is_refused(client_for, list_server):
    """Stock rows have no address of their own: there is no second way, and it is said."""
    rows = [{"productOptionId": 1, "branchId": 1, "size": ""}]
    server = list_server(rows, "productOptionId", ignores="ids")
    with pytest.raises(ContractBroken, match="Read the endpoint whole"):
        list(read_by_id(client_for(server), STOCK, [5]))


def test_long_ids_are_split_until_the_url_is_short_enough(client_for, list_server, rows_of):
    """No request grows to the length at which Cin7 answers 404, however long the ids are."""
    ids = range(10**15, 10**15 + 150)
    server = list_server(orders(*ids))
    client = client_for(server)
    found = rows_of(read_by_id(client, SALES_ORDERS, ids))
    assert len(found) == 150
    for asked in server.asked:
        path = asked.pop("path").removeprefix("/api/")
        assert len(client.url_of(path, asked)) < 2000
