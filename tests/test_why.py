"""`cin7 why`: what is found, where each line is said to stand, and how far was looked."""

import dataclasses
import io
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.why import source as why_source
from cin7_pipeline.why.answer import Answer, explain
from cin7_pipeline.why.document import Document
from cin7_pipeline.why.item import Item
from cin7_pipeline.why.show import show
from tests.load.company import Company
from tests.shop import PERSON, SKU, TWIN, open_shop, read, sale, sync


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The shop after one sync; tests only look at it."""
    with open_shop(tmp_path_factory.mktemp("shop")) as company:
        sync(company)
        yield company


def ask(shop: Company, asked: str) -> Answer:
    return explain(shop.settings(), asked)


def document(shop: Company, asked: str) -> Document:
    (found,) = ask(shop, asked).documents
    return found


def item(shop: Company, asked: str = SKU) -> Item:
    (found,) = ask(shop, asked).items
    return found


def standings(found: Document) -> list[tuple[str, str | None, int]]:
    return [(s.table, s.rule, int(s.quantity)) for line in found.lines for s in line.standings]


def text(answer: Answer) -> str:
    out = io.StringIO()
    Console(width=100, file=out).print(show(answer))
    return out.getvalue()


def test_a_repeated_reference_finds_every_document_that_has_it(shop: Company) -> None:
    """References repeat, so all that have one are shown."""
    found = ask(shop, "SO-1").documents
    assert [(d.match.document_id, d.state) for d in found] == [(101, "dispatched"), (102, "void")]
    assert {d.match.matched_by for d in found} == {"reference"}


@pytest.mark.parametrize("asked", ["so-2 ", "#SO-2", "104", " 104"])
def test_case_spaces_and_hash_do_not_hide_a_document(shop: Company, asked: str) -> None:
    """What people type finds the document, by reference or id."""
    assert document(shop, asked).match.document_id == 104


def test_a_hash_in_the_reference_need_not_be_typed(shop: Company) -> None:
    """Shop numbers are stored with a # and spoken without it."""
    assert document(shop, "1001").match.reference == "#1001"


def test_an_exact_customer_order_number_wins_over_a_similar_one(shop: Company) -> None:
    """Of PO 77 and po 77 the one that was typed is shown; a third spelling finds both."""
    assert document(shop, "PO 77").match.document_id == 101
    assert [d.match.document_id for d in ask(shop, "Po 77").documents] == [101, 106]


def test_a_sale_stands_in_the_history_with_its_day(shop: Company) -> None:
    """A dispatched line says in which table it is, how many, and what day it counts for."""
    found = ask(shop, "SO-1").documents[0]
    assert standings(found) == [("sales_lines", None, 2)]
    assert found.lines[0].standings[0].says == "sold on 2026-06-27 (invoice)"
    assert found.branches[0].warehouse == "Main DC"


def test_every_rule_that_keeps_a_line_out_is_told(shop: Company) -> None:
    """Lines of one order stand in different places, each with its own reason."""
    found = document(shop, "SO-4")
    assert standings(found) == [
        ("sales_lines", None, 2),
        ("excluded_lines", "description_only", 2),
        ("sales_lines", None, 2),
        ("excluded_lines", "kit_component", 2),
    ]
    assert [issue.issue for issue in found.issues] == ["description_only_line"]


def test_a_rule_of_the_whole_order_is_told_once(shop: Company) -> None:
    """An order that a channel rule leaves out says so above its lines."""
    found = document(shop, "#1001")
    assert [s.rule for s in found.rules_of_all_lines] == ["channel_excluded"]
    assert found.channel is not None
    assert not found.channel.is_included
    assert found.channel.rule == "built-in rule: source like '%shopify%'"


def test_the_channel_rule_named_is_the_one_that_applied(shop: Company) -> None:
    """Only the order whose source the built-in rule names has a rule; the others say there is none."""
    for order in shop.orders:
        channel = document(shop, str(order["id"])).channel
        assert channel is not None
        is_shopify = order["source"] == "Shopify"
        assert (channel.name, channel.is_included) == (order["source"], not is_shopify)
        assert ("no rule" in channel.rule) is not is_shopify


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
            channel = document(company, asked).channel
            assert channel is not None
            assert (channel.name, channel.is_included) == ("Cafés", True)
            assert channel.rule == "channels.csv, priority 5: customer_id like '1'"


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
    assert found.state == state
    assert {table for table, *_ in standings(found)} == tables


def test_a_kind_without_a_table_says_where_its_units_are(shop: Company) -> None:
    """An adjustment is in no planning table; its reader is sent to the stock figures."""
    assert "what it moved is in Cin7's stock figures" in text(ask(shop, "ADJ-1"))


def test_a_replenishment_says_whether_it_counts_and_why_not(shop: Company) -> None:
    """Supply that planning does not count on tells the reason."""
    says = [s.says for d in ("PO-1", "BT-1") for s in document(shop, d).lines[0].standings]
    assert "counted, expected 2026-07-06 (eta)" in says
    assert "not counted: no expected date" in says


def test_both_sides_of_a_double_sale_are_warned(shop: Company) -> None:
    """The finding stands on the later order; who asks for the earlier one sees it too."""
    for asked in ("101", "WEB-9"):
        (double,) = document(shop, asked).doubles
        assert (double.issue, double.document_id) == ("sold_twice", 106)
    assert document(shop, "102").doubles == ()


def test_an_open_order_tells_what_keeps_it_from_shipping(shop: Company) -> None:
    """The five criteria of the shipping system are answered one by one."""
    readiness = document(shop, "SO-2").readiness
    assert readiness is not None
    assert readiness.missing == "fully_picked"
    assert document(shop, "#1001").readiness is None


def test_an_item_tells_stock_supply_sales_and_exclusions(shop: Company) -> None:
    """One look at a SKU shows where its units are and which rules keep lines out."""
    found = item(shop)
    assert [(s.warehouse, s.on_hand, s.in_transit) for s in found.stock] == [
        ("Main DC", 20, 0),
        ("Store", 0, 2),
    ]
    assert [(s.order_number, s.open_quantity, s.is_counted) for s in found.supply] == [
        ("PO-1", 10, True),
        ("BT-1", 2, False),
    ]
    assert {s.order_number for s in found.sales} == {"SO-1", "WEB-9", "SO-4"}
    assert [o.order_number for o in found.open_lines] == ["SO-2"]
    assert {e.rule: e.quantity for e in found.exclusions}["void"] == 2
    assert [issue.issue for issue in found.issues] == ["sku_near_twin"]


def test_stock_that_differs_from_cin7_is_shown_with_a_cause(shop: Company) -> None:
    """Cin7 holds five open units, our lines explain two of them; the cause is named."""
    (found,) = [d for d in item(shop).differences if d.measure == "open_sales" and d.cin7 == 5]
    assert (found.ours, found.difference) == (0, -5)
    assert found.likely_cause


def test_an_exact_sku_lists_its_twins_and_a_near_one_finds_both(shop: Company) -> None:
    """SKUs match to the letter; what differs in case or spaces only is named as such."""
    exact = ask(shop, SKU)
    assert [twin.sku for twin in exact.twins] == [TWIN]
    near = ask(shop, "Mug-1")
    assert [(i.match.sku, i.match.is_twin) for i in near.items] == [(SKU, True), (TWIN, True)]


def test_lines_that_only_look_like_the_item_are_listed(shop: Company) -> None:
    """A line with the code in another case is no sale of the item, which may be what is missing."""
    (loose,) = ask(shop, SKU).loose_lines
    assert (loose.order_number, loose.line_id, loose.code) == ("SO-4", 1071, "mug-1")


def test_nothing_found_says_how_far_was_looked(shop: Company) -> None:
    """A reader who finds nothing learns what was read when, since which day, and what to do."""
    answer = ask(shop, "nonsense")
    assert not answer.is_found
    orders = next(s for s in answer.searched if s.entity == "sales_orders")
    assert (orders.records, str(orders.covered_from), orders.missing_days) == (7, "2026-04-01", 0)
    assert orders.last_read_at is not None
    assert answer.advice is not None
    assert "cin7 resync --from 2023-01-01 --to 2026-03-31" in answer.advice


def test_a_blank_question_is_refused(shop: Company) -> None:
    """An empty reference would match every document without one."""
    with pytest.raises(PipelineError, match="say what to look for"):
        ask(shop, " # ")


@pytest.mark.parametrize("asked", ["SO-1", "SO-4", "PO-1", "BT-1", SKU, "nonsense"])
def test_answers_fit_a_terminal_of_100_columns(shop: Company, asked: str) -> None:
    """Nothing is wider than 100 columns or cut off."""
    shown = text(ask(shop, asked))
    assert max(len(row.rstrip()) for row in shown.splitlines()) <= 100
    assert "…" not in shown


def test_a_run_in_progress_leads_to_the_published_file(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a run holds the database the published tables answer, and the answer says so."""
    monkeypatch.setattr(why_source, "WAIT_SECONDS", 0.0)
    with duckdb.connect(str(shop.settings().warehouse_path)):
        found = ask(shop, "so-1")
        order = document(shop, "SO-2")
        sku = item(shop)
    assert found.is_published
    assert "A run holds the database" in text(found)
    assert [(d.match.document_id, d.state) for d in found.documents] == [
        (101, "dispatched"),
        (102, "void"),
    ]
    assert (order.state, order.is_gone) == ("approved", None)
    assert [s.warehouse for s in sku.stock] == ["Main DC", "Store"]


def test_without_a_published_file_a_run_in_progress_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be read, the error names who holds the database."""
    monkeypatch.setattr(why_source, "WAIT_SECONDS", 0.0)
    with (
        open_shop(tmp_path) as company,
        duckdb.connect(str(tmp_path / "warehouse.duckdb")),
        pytest.raises(WarehouseBusy, match="in use"),
    ):
        ask(company, "SO-1")


def test_a_later_read_is_told_apart_from_what_the_tables_show(tmp_path: Path) -> None:
    """An order that was read but not built of yet is found, and a vanished one is marked gone."""
    with open_shop(tmp_path) as company:
        sync(company)
        company.orders.append(sale(110, "SO-9", age=0.1))
        company.orders[:] = [order for order in company.orders if order["id"] != 107]
        read(company)
        answer = ask(company, "SO-9")
        assert (answer.documents[0].state, answer.documents[0].lines[0].standings) == (None, ())
        assert "run `cin7 build`" in text(answer)
        sync(company)
        gone = document(company, "SO-4")
        assert gone.is_gone
        assert [s.rule for s in gone.rules_of_all_lines] == ["gone"]
        assert document(company, "SO-9").state == "dispatched"


def test_before_anything_is_built_documents_are_found_all_the_same(tmp_path: Path) -> None:
    """Without a single table of ours the answer is what Cin7 said."""
    with open_shop(tmp_path) as company:
        read(company)
        found = document(company, "SO-2")
        assert (found.state, found.version_read_at is not None) == (None, True)
        assert [line.code for line in found.lines] == [SKU]


def test_before_anything_was_read_the_way_to_begin_is_told(tmp_path: Path) -> None:
    """A fresh folder has no database to ask."""
    with open_shop(tmp_path) as company, pytest.raises(PipelineError, match="cin7 sync"):
        ask(company, "SO-1")


def test_no_answer_names_a_person(shop: Company) -> None:
    """Whom an order was sent to is on no screen of ours, though Cin7 has it on the order."""
    for asked in ("SO-1", "PO-1", SKU):
        told = str(dataclasses.asdict(ask(shop, asked))) + text(ask(shop, asked))
        assert not any(str(value) in told for value in PERSON.values())
