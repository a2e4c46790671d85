"""Where each line of a document is said to stand, and by which rule."""

from pathlib import Path

import pytest

from tests.sample_shop import open_shop, sync
from tests.unit.explain.explain_helpers import ask, document, placements, text
from tests.unit.load.fake_account import Company


def test_a_sale_stands_in_the_history_with_its_day(shop: Company) -> None:
    """A dispatched line says in which table it is, how many, and what day it counts for."""
    found = ask(shop, "SO-1").documents[0]
    assert placements(found) == [("sales_lines", None, 2)]
    assert found.lines[0]["meaning"] == "sold on 2026-06-27 (invoice)"
    assert found.branches[0]["warehouse"] == "Main DC"


def test_every_rule_that_keeps_a_line_out_is_told(shop: Company) -> None:
    """Lines of one order stand in different places, each with its own reason."""
    found = document(shop, "SO-4")
    assert placements(found) == [
        ("sales_lines", None, 2),
        ("excluded_lines", "description_only", 2),
        ("sales_lines", None, 2),
        ("excluded_lines", "kit_component", 2),
    ]
    assert [issue["issue"] for issue in found.issues] == ["description_only_line"]


def test_a_rule_of_the_whole_order_is_told_once(shop: Company) -> None:
    """An order that a channel rule leaves out says so above its lines."""
    found = document(shop, "#1001")
    assert list(found.rules_of_all_lines) == ["channel_excluded"]
    assert not found.match["is_included"]
    assert found.channel_rule == "built-in rule: source like '%shopify%'"


def test_the_channel_rule_named_is_the_one_that_applied(shop: Company) -> None:
    """Only the order whose source the built-in rule names has a rule; the others say there is none."""
    for order in shop.orders:
        found = document(shop, str(order["id"]))
        is_shopify = order["source"] == "Shopify"
        assert found.match["channel"] == order["source"]
        assert found.match["is_included"] is not is_shopify
        assert ("no rule" in found.channel_rule) is not is_shopify


def test_a_rule_of_the_settings_is_told_by_its_place(tmp_path: Path) -> None:
    """The row of channels.csv that the tables were built with is named, also once it is changed."""
    with open_shop(tmp_path) as company:
        rules = company.settings().rules_dir / "channels.csv"
        rules.parent.mkdir(exist_ok=True)
        header = "priority,field,pattern,channel,is_included"
        rules.write_text(f"{header}\n5,customer_id,1,Cafés,true\n6,source,%,Rest,false\n")
        sync(company)
        rules.write_text(f"{header}\n1,source,%,All,false\n")
        for asked in ("SO-2", "CN-1"):
            found = document(company, asked)
            assert (found.match["channel"], found.match["is_included"]) == ("Cafés", True)
            assert found.channel_rule == "channels.csv, priority 5: customer_id like '1'"


@pytest.mark.parametrize(
    ("asked", "state", "tables"),
    [
        ("PO-1", "Active", {"purchase_order_lines", "replenishments"}),
        ("BT-1", "Active", {"transfer_lines", "replenishments"}),
        ("CN-1", "completed", {"return_lines"}),
        ("SO-2", "approved", {"open_sales_lines", "excluded_lines"}),
        ("SO-3", "draft", {"excluded_lines"}),
        ("ADJ-1", "completed", set()),
    ],
)
def test_each_kind_of_document_tells_its_state_and_tables(
    shop: Company, asked: str, state: str, tables: set[str]
) -> None:
    """Every kind of document is looked up in the tables of its kind."""
    found = document(shop, asked)
    assert found.match["state"] == state
    assert {table for table, *_ in placements(found)} == tables


def test_a_document_that_cin7_has_no_longer_is_told_so(own_shop: Company) -> None:
    """A vanished order is found, with its lines and the one rule that keeps all of them out."""
    own_shop.orders[:] = [order for order in own_shop.orders if order["id"] != 107]
    sync(own_shop)
    answer = ask(own_shop, "SO-4")
    assert "Sales order SO-4 (id 107): dispatched, deleted in Cin7" in text(answer)
    assert list(answer.documents[0].rules_of_all_lines) == ["gone"]
    assert len({line["line_id"] for line in answer.documents[0].lines}) == 4


def test_a_kind_without_a_table_says_where_its_units_are(shop: Company) -> None:
    """An adjustment is in no planning table; its reader is sent to the stock figures."""
    assert "what it moved is in Cin7's stock figures" in text(ask(shop, "ADJ-1"))


def test_a_replenishment_says_whether_it_counts_and_why_not(shop: Company) -> None:
    """Supply that planning does not count on tells the reason."""
    says = [row["meaning"] for d in ("PO-1", "PO-2") for row in document(shop, d).lines]
    assert "counted, expected 2026-07-06 (eta)" in says
    assert "not counted: overdue too long, expected 2026-04-03 (etd), overdue" in says


def test_both_sides_of_a_double_sale_are_warned(shop: Company) -> None:
    """The finding stands on the later order; who asks for the earlier one sees it too."""
    for asked in ("101", "WEB-9"):
        (double,) = document(shop, asked).double_sales
        assert (double["issue"], double["document_id"]) == ("sold_twice", 106)
    assert document(shop, "102").double_sales == []


def test_an_open_order_tells_what_keeps_it_from_shipping(shop: Company) -> None:
    """The five criteria of the shipping system are answered one by one."""
    readiness = document(shop, "SO-2").readiness
    assert readiness["missing"] == "fully_picked"
    assert document(shop, "#1001").readiness == {}
