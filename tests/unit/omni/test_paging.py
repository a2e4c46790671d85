"""Pages: complete, in order, and never endless, whatever the server does."""

import json
import logging
import threading

import httpx
import pytest

from cin7_pipeline.errors import Cin7Rejected, Cin7Unavailable, ContractBroken
from cin7_pipeline.omni.endpoints import ENDPOINTS, PRODUCT_OPTIONS, SALES_ORDERS, STOCK
from cin7_pipeline.omni.paging import Paginator


def orders(count: int) -> list[dict]:
    """Orders with ids 1 to `count`, told apart by their reference."""
    return [{"id": n, "reference": f"SO-{n}"} for n in range(1, count + 1)]


def options(sizes_by_id: dict[int, int]) -> list[dict]:
    """Options of a size grid: as many rows per id as it has sizes."""
    return [{"id": n, "size": f"S{s}"} for n, sizes in sizes_by_id.items() for s in range(sizes)]


@pytest.mark.parametrize(
    ("count", "calls"), [(1, 2), (3, 2), (5, 2), (6, 2), (7, 4), (9, 4), (12, 4), (13, 6)]
)
def test_a_list_is_read_whole_from_both_ends(client_for, list_server, rows_of, count, calls):
    """The ends come first, then what lies between them: at most one call more than pages are needed."""
    server = list_server(orders(count)[::-1])
    walk = Paginator(client_for(server), SALES_ORDERS, None, rows=3)
    found = {row["id"]: row for row in rows_of(walk)}
    assert [found[n] for n in sorted(found)] == orders(count)
    assert len(server.asked) == calls <= -(-count // 3) + 1
    assert not walk.used_offset_pages


def test_an_empty_list_has_no_pages(client_for, list_server):
    """Nothing is yielded for a window without records, after one call."""
    server = list_server([])
    assert list(Paginator(client_for(server), SALES_ORDERS, None)) == []
    assert len(server.asked) == 1


def test_a_page_asks_for_declared_fields_in_key_order(client_for, list_server):
    """Each call names its fields, order and rows; a continuation keeps the caller's filter."""
    server = list_server(orders(8))
    list(Paginator(client_for(server), SALES_ORDERS, "modifiedDate >= 'X' OR a = 1", rows=2))
    backwards, first, *between = server.asked
    assert backwards == {**first, "order": "id DESC"}
    assert first["fields"] == SALES_ORDERS.fields
    assert (first["order"], first["rows"], first["page"]) == ("id ASC", "2", "1")
    assert first["where"] == "modifiedDate >= 'X' OR a = 1"
    assert {(asked["where"], asked["order"]) for asked in between} == {
        ("(modifiedDate >= 'X' OR a = 1) AND id > 2", "id ASC"),
        ("(modifiedDate >= 'X' OR a = 1) AND id < 7", "id DESC"),
    }


def test_both_ends_are_read_at_the_same_time(client_for, list_server):
    """Two calls are under way at a time, as one alone takes longer than the rate limit asks for."""
    server = list_server(orders(12))
    together = threading.Barrier(2)
    server.before_answer = lambda call: together.wait(10) if call > 2 else None
    list(Paginator(client_for(server), SALES_ORDERS, None, rows=3))
    assert len(server.asked) == 4


def test_a_list_that_is_known_is_read_in_ranges_at_once(client_for, list_server, rows_of):
    """What an earlier read found cuts a long list into ranges of two pages; each is asked from both ends."""
    server = list_server([{"id": n} for n in range(1, 19)])
    together = threading.Barrier(6)
    server.before_answer = lambda _: together.wait(10)
    expected = list(range(1, 17))
    walk = Paginator(client_for(server), SALES_ORDERS, None, expected=expected, rows=4)
    assert {record["id"] for record in rows_of(walk)} == set(range(1, 19))
    assert not walk.used_offset_pages
    assert len(server.asked) == 6


def test_a_server_that_ignores_a_range_is_read_as_one_list(client_for, list_server, rows_of):
    """Rows from outside of the range show that it was ignored; nothing is lost."""
    server = list_server([{"id": n} for n in range(1, 13)], ignores="after")
    expected = list(range(1, 13))
    walk = Paginator(client_for(server), SALES_ORDERS, None, expected=expected, rows=4)
    assert {record["id"] for record in rows_of(walk)} == set(range(1, 13))
    assert walk.used_offset_pages


def test_a_page_that_is_not_full_is_no_end(client_for, list_server, rows_of):
    """Records behind a page that Cin7 sends short of the rows asked for are read all the same."""
    server = list_server(orders(9), most_rows=2)
    walk = Paginator(client_for(server), SALES_ORDERS, None)
    assert {row["id"] for row in rows_of(walk)} == set(range(1, 10))


def test_an_edit_between_the_calls_for_the_ends_is_no_disorder(client_for, list_server, rows_of):
    """A short list that changes while it is looked at is looked at again, by key."""
    server = list_server(orders(3))
    server.before_answer = lambda call: server.records.pop(1) if call == 2 else None
    walk = Paginator(client_for(server), SALES_ORDERS, None)
    assert {row["id"] for row in rows_of(walk)} == {1, 2, 3}
    assert not walk.used_offset_pages


def test_an_unsorted_list_that_is_edited_in_between_is_noticed(client_for, list_server, rows_of):
    """Ends that are in order by chance do not hide what lies behind them."""
    server = list_server([{"id": n} for n in (5, 2, 4, 7)], ignores="order")
    server.before_answer = lambda call: server.records.pop(0) if call == 2 else None
    walk = Paginator(client_for(server), SALES_ORDERS, None, rows=2)
    assert {row["id"] for row in rows_of(walk)} == {2, 4, 5, 7}


def test_records_that_leave_the_list_meanwhile_pull_none_over_the_page_edge(
    client_for, list_server, rows_of
):
    """Keyset pages do not skip a record when an earlier one leaves the list between two calls."""
    server = list_server(orders(9))
    server.before_answer = lambda call: server.records.pop(0) if call == 3 else None
    found = rows_of(Paginator(client_for(server), SALES_ORDERS, None, rows=3))
    assert {row["id"] for row in found} == set(range(1, 10))


@pytest.mark.parametrize("rows", [1, 2, 3, 4, 5, 50])
def test_no_size_is_lost_at_a_page_edge(client_for, list_server, rows_of, rows):
    """Rows that share an id are all read, whether a page ends inside them or they fill several."""
    expected = options({4: 1, 5: 7, 6: 2, 9: 4})
    server = list_server(expected)
    walk = Paginator(client_for(server), PRODUCT_OPTIONS, None, rows=rows)
    found = {(row["id"], row["size"]) for row in rows_of(walk)}
    assert found == {(row["id"], row["size"]) for row in expected}
    assert not walk.used_offset_pages


def test_stock_is_paged_by_its_option(client_for, list_server, rows_of):
    """Stock has no id: it is walked by option, and branches of one option are told apart."""
    expected = [
        {"productOptionId": option, "branchId": branch, "size": None}
        for option in (1, 2, 3)
        for branch in (10, 11, 12, 13)
    ]
    server = list_server(expected, "productOptionId")
    walk = Paginator(client_for(server), STOCK, None, rows=3)
    assert {tuple(row.values()) for row in rows_of(walk)} == {tuple(r.values()) for r in expected}
    assert server.asked[1]["order"] == "productOptionId ASC"


@pytest.mark.parametrize("ignores", ["after", "order", "refuses", "after order"])
def test_a_server_that_cannot_continue_after_a_key_is_read_by_page_numbers(
    client_for, list_server, rows_of, caplog, ignores
):
    """Where predicate or order has no effect, the whole list is read page by page, and it is said."""
    server = list_server(orders(8)[::-1], ignores=ignores)
    walk = Paginator(client_for(server), SALES_ORDERS, None, rows=3)
    with caplog.at_level(logging.WARNING, logger="cin7_pipeline.omni.paging"):
        found = rows_of(walk)
    assert {row["id"] for row in found} == set(range(1, 9))
    assert walk.used_offset_pages
    assert len([r for r in caplog.records if r.name == "cin7_pipeline.omni.paging"]) == 1


def test_the_second_pass_finds_what_moved_under_the_first(client_for, list_server, rows_of):
    """A record pulled over a page edge by an edit is found when the pages are read again."""
    server = list_server(orders(8), ignores="after order")

    def edit(call: int) -> None:
        """After the first offset page, the first record jumps to the end of the list."""
        if call == 3:
            server.records.append(server.records.pop(0))

    server.before_answer = edit
    found = rows_of(Paginator(client_for(server), SALES_ORDERS, None, rows=3))
    first_offset_pass = found[:8]
    assert 4 not in {row["id"] for row in first_offset_pass[:-1]}
    assert {row["id"] for row in found} == set(range(1, 9))


def test_passes_are_repeated_until_no_row_left_during_one(client_for, list_server, rows_of):
    """A record that was pulled over a page edge in the first pass and in the second is found all the same."""
    server = list_server(orders(8), ignores="after")
    # Two calls find out that keys do not work, a third sees the order; a pass is three pages and an end.
    first_pass, second_pass = 4, 8
    server.before_answer = lambda call: (
        server.records.pop(0) if call in (first_pass + 1, second_pass + 1) else None
    )
    found = rows_of(Paginator(client_for(server), SALES_ORDERS, None, rows=3))
    assert {row["id"] for row in found} >= set(range(3, 9))
    passes = (len(server.asked) - first_pass + 1) // 3
    assert passes >= 3


def test_a_list_that_loses_rows_in_every_pass_is_not_taken_for_whole(client_for, list_server):
    """Where each pass may have missed a record, that is said instead of a list with a hole returned."""
    server = list_server(orders(60), ignores="after")
    server.before_answer = lambda _: server.records.pop(0)
    with pytest.raises(
        Cin7Unavailable, match="v1/SalesOrders: rows left the list in each of 6 passes"
    ):
        list(Paginator(client_for(server), SALES_ORDERS, None, rows=10))


def test_a_tie_that_loses_a_row_meanwhile_is_read_again(client_for, list_server, rows_of):
    """Of an option with more sizes than a page holds no size is skipped when another one is deleted."""
    server = list_server(options({4: 9, 5: 1}))

    def delete(call: int) -> None:
        """A size that was read already goes before the second page of the tie is."""
        if server.asked[-1]["page"] == "2" and len(server.records) == 10:
            server.records.pop(0)

    server.before_answer = delete
    found = rows_of(Paginator(client_for(server), PRODUCT_OPTIONS, None, rows=3))
    assert {(row["id"], row["size"]) for row in found} == {
        (row["id"], row["size"]) for row in options({4: 9, 5: 1})
    }


def test_a_first_page_that_is_sorted_by_chance_is_not_trusted(client_for, list_server, rows_of):
    """A list by age can begin in the order of ids; an old id at its end is found all the same."""
    by_age = [*orders(9)[1:], *orders(1)]
    walk = Paginator(client_for(list_server(by_age, ignores="order")), SALES_ORDERS, None, rows=4)
    assert {row["id"] for row in rows_of(walk)} == set(range(1, 10))
    assert walk.used_offset_pages


def test_a_page_of_one_key_is_not_taken_for_a_sorted_one(client_for, list_server, rows_of):
    """Where the first page holds sizes of one option only, an option behind it is found all the same."""
    unsorted = [*options({3: 3}), *options({1: 1})]
    server = list_server(unsorted, ignores="order")
    found = rows_of(Paginator(client_for(server), PRODUCT_OPTIONS, None, rows=3))
    assert {row["id"] for row in found} == {1, 3}


def test_sizes_are_read_by_page_numbers_too(client_for, list_server, rows_of):
    """Rows that share an id count as different records when pages are read by number."""
    expected = options({1: 1, 2: 9, 3: 1})
    server = list_server(expected, ignores="after")
    walk = Paginator(client_for(server), PRODUCT_OPTIONS, None, rows=2)
    found = {(row["id"], row["size"]) for row in rows_of(walk)}
    assert found == {(row["id"], row["size"]) for row in expected}
    assert walk.used_offset_pages


@pytest.mark.parametrize("endpoint", [SALES_ORDERS, PRODUCT_OPTIONS])
@pytest.mark.parametrize("ignores", ["after page", "after page order"])
def test_pages_that_never_end_are_refused(client_for, list_server, endpoint, ignores):
    """A server that answers the same page whatever is asked cannot keep a run busy for ever."""
    server = list_server(options(dict.fromkeys(range(1, 8), 1)), ignores=ignores)
    with pytest.raises(ContractBroken, match="ignores `page`"):
        list(Paginator(client_for(server), endpoint, None, rows=3))
    assert len(server.asked) < 10


def test_a_tie_that_never_ends_is_refused(client_for, list_server):
    """Where only `page` is ignored, rows that share a key would repeat for ever."""
    server = list_server(options({1: 5}), ignores="page")
    with pytest.raises(ContractBroken, match="v1/ProductOptions"):
        list(Paginator(client_for(server), PRODUCT_OPTIONS, None, rows=3))


@pytest.mark.parametrize("bad", [{}, {"id": None}, {"id": "A"}, {"id": 1.5}, 7, None])
def test_a_record_without_a_key_is_named(client_for, bad):
    """A record that cannot be placed stops the walk, and the message says which it is."""
    body = json.dumps([{"id": 1}, {"id": 2}, bad]).encode()
    client = client_for(lambda _: httpx.Response(200, content=body))
    with pytest.raises(ContractBroken, match=r"v1/SalesOrders record 3 of a page"):
        list(Paginator(client, SALES_ORDERS, None))


def test_a_refusal_is_not_taken_for_bad_paging(client_for):
    """A key that lost its permission in the middle of a walk stops it with Cin7's own words."""

    def handler(request: httpx.Request) -> httpx.Response:
        refused = "id > " in request.url.params.get("where", "")
        found = [{"id": 9 if "DESC" in request.url.params["order"] else 1}]
        body = "Access is forbidden" if refused else found
        return httpx.Response(403 if refused else 200, json=body)

    with pytest.raises(Cin7Rejected, match="SalesOrders × Read"):
        list(Paginator(client_for(handler), SALES_ORDERS, None))


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=lambda e: e.name)
def test_a_page_of_any_endpoint_fits_into_a_url(client_for, list_server, endpoint):
    """The longest request of a window stays below the length at which Cin7 answers 404."""
    moments = "'2026-03-01T00:00:00Z'"
    spans = [f"({f} >= {moments} AND {f} < {moments})" for f in ("modifiedDate", "createdDate")]
    lengths = []

    def handler(request: httpx.Request) -> httpx.Response:
        lengths.append(len(str(request.url)))
        keys = {1: (10**9 + 9, 10**9 + 8), 2: (10**9, 10**9 + 1)}.get(len(lengths), ())
        return httpx.Response(200, json=[{endpoint.page_key: key} for key in keys])

    list(Paginator(client_for(handler), endpoint, " OR ".join(spans)))
    assert len(lengths) > 3
    assert max(lengths) < 2000
