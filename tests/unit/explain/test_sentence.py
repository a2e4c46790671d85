"""The first sentence of an answer: what is the case in plain words, and what would change it."""

from pathlib import Path

import pytest

from cin7_pipeline.explain.document import Document
from cin7_pipeline.explain.sentence import of_document, of_item
from tests.sample_shop import SKU, line, open_shop, sale, sync
from tests.unit.explain.explain_helpers import ask, document, item, text
from tests.unit.load.fake_account import Company, days_ago


@pytest.mark.parametrize(
    ("asked", "sentence", "cure"),
    [
        ("101", "SO-1 counts: 2 units sold on", None),
        ("102", "SO-1 is void: its 2 units do not count.", None),
        (
            "#1001",
            "#1001 does not count as a sale: it comes from Shopify, which the settings leave out.",
            "add this row to data/settings/channels.csv: 1,source,%shopify%,Shopify,yes",
        ),
        ("SO-2", "SO-2 is open: 3 units are to be shipped", None),
        ("SO-3", "SO-3 is a draft: its 2 units do not count.", "Approve it in Cin7."),
        ("PO-1", "PO-1 is on its way: 10 units, counted, expected 2026-", None),
        (
            "PO-2",
            "PO-2 is on its way: 1 units, not counted: overdue too long",
            "Ask for a new date",
        ),
        ("BT-1", "BT-1 is on its way: 2 units, counted", None),
        ("CN-1", "CN-1 counts: 1 units came back on", None),
        ("ADJ-1", "ADJ-1 moved stock: no planning table lists it", None),
    ],
)
def test_a_document_is_told_in_one_sentence(
    shop: Company, asked: str, sentence: str, cure: str | None
) -> None:
    """Each kind and state of document begins with what it counts for, and what to fill in or to set."""
    told, what_to_do = of_document(document(shop, asked))
    assert told.startswith(sentence)
    assert (cure or "") in (what_to_do or "")
    assert bool(cure) == bool(what_to_do)


def test_an_order_shipped_but_not_dispatched_is_neither_sold_nor_open(tmp_path: Path) -> None:
    """It is in no table, and the sentence says so and which field to fill, instead of where it is not."""
    shipped = sale(
        101, "SO-9", dispatchedDate=None, invoiceDate=days_ago(4), lineItems=[line(1010)]
    )
    with open_shop(tmp_path) as shop:
        shop.orders[:] = [shipped]
        sync(shop)
        told, cure = of_document(document(shop, "SO-9"))
        shown = text(ask(shop, "SO-9"))
    assert told == (
        "SO-9 is shipped, but has no day of dispatch: its 2 units are neither sold nor open."
    )
    assert cure == "Enter the day of dispatch in Cin7, then run `cin7 sync`."
    assert "open_sales_lines" not in shown


def test_a_brace_in_a_name_is_only_a_brace() -> None:
    """What an account calls its warehouses is never read as a place to fill."""
    line = {"line_id": 1, "size": "", "ordered": 2, "rule": None, "table": "transfer_lines"}
    moved = Document(
        match=dict.fromkeys(
            ("deleted_at", "cancelled_on", "channel", "source_branch_id", "received_on",
             "rule_priority")
        )
        | {"document_kind": "transfer", "document_id": 9, "order_number": "BT-9", "state": "Active"},
        branches=[],
        lines=[line | {"meaning": "Active, East {x → West"}],
        issues=[],
        double_sales=[],
        readiness={},
    )  # fmt: skip
    assert of_document(moved)[0] == "BT-9 counts nowhere: Active, East {x → West."


def test_an_item_is_told_in_one_sentence(shop: Company) -> None:
    """What is there, ordered and coming, over all warehouses."""
    assert of_item(item(shop, SKU)).startswith(f"{SKU} has ")


@pytest.mark.parametrize(
    ("asked", "names"),
    [("WEB", ["WEB-9"]), ("M U G - 1", [SKU, "mug-1 "]), ("web-8", [])],
)
def test_a_part_of_a_name_is_found(shop: Company, asked: str, names: list[str]) -> None:
    """Parts of references and codes with other blanks lead to what has them."""
    answer = ask(shop, asked)
    assert sorted(row["name"] for row in answer.parts) == sorted(names)
    assert answer.is_found == bool(names)


def test_a_misspelt_name_is_asked_back(shop: Company) -> None:
    """What is spelt nearly so is offered, and is not taken for an answer."""
    answer = ask(shop, "WEB-8")
    assert not answer.is_found
    assert [row["name"] for row in answer.alike][:1] == ["WEB-9"]
    assert "Did you mean" in text(answer)
