"""What a question finds: by which words, what only looks like it, and how far was looked."""

import pytest

from cin7_pipeline.errors import PipelineError
from tests.sample_shop import SKU, TWIN
from tests.unit.explain.explain_helpers import ask, document
from tests.unit.load.fake_account import Company


def test_a_repeated_reference_finds_every_document_that_has_it(shop: Company) -> None:
    """References repeat, so all that have one are shown."""
    found = ask(shop, "SO-1").documents
    assert [(d.match["document_id"], d.match["state"]) for d in found] == [
        (101, "dispatched"),
        (102, "void"),
    ]
    assert {d.match["matched_by"] for d in found} == {"reference"}


@pytest.mark.parametrize("asked", ["so-2 ", "#SO-2", "104", " 104"])
def test_case_spaces_and_hash_do_not_hide_a_document(shop: Company, asked: str) -> None:
    """What people type finds the document, by reference or id."""
    assert document(shop, asked).match["document_id"] == 104


def test_a_hash_in_the_reference_need_not_be_typed(shop: Company) -> None:
    """Shop numbers are stored with a # and spoken without it."""
    assert document(shop, "1001").match["order_number"] == "#1001"


def test_an_exact_customer_order_number_wins_over_a_similar_one(shop: Company) -> None:
    """Of PO 77 and po 77 the one that was typed is shown; a third spelling finds both."""
    assert document(shop, "PO 77").match["document_id"] == 101
    assert [d.match["document_id"] for d in ask(shop, "Po 77").documents] == [101, 106]


def test_an_exact_sku_lists_its_twins_and_a_near_one_finds_both(shop: Company) -> None:
    """SKUs match to the letter; what differs in case or spaces only is named as such."""
    exact = ask(shop, SKU)
    assert [match["sku"] for match in exact.near_matches] == [TWIN]
    near = ask(shop, "Mug-1")
    assert [(i.match["sku"], i.match["is_near_match"]) for i in near.items] == [
        (SKU, True),
        (TWIN, True),
    ]


def test_lines_that_only_look_like_the_item_are_listed(shop: Company) -> None:
    """A line with the code in another case is no sale of the item, which may be what is missing."""
    (loose,) = ask(shop, SKU).unmatched_lines
    assert (loose["order"], loose["line"], loose["code"]) == ("SO-4", "1071", "'mug-1'")


def test_nothing_found_says_how_far_was_looked(shop: Company) -> None:
    """A reader who finds nothing learns what was read when, since which day, and what to do."""
    answer = ask(shop, "nonsense")
    assert not answer.is_found
    orders = next(s for s in answer.searched if s["entity"] == "sales_orders")
    assert (orders["records"], str(orders["covered_from"]), orders["missing_days"]) == (
        7,
        "2026-04-01",
        0,
    )
    assert orders["last_read_at"] is not None
    assert answer.advice is not None
    assert "cin7 resync --from 2023-01-01 --to 2026-03-31" in answer.advice


def test_a_blank_question_is_refused(shop: Company) -> None:
    """An empty reference would match every document without one."""
    with pytest.raises(PipelineError, match="say what to look for"):
        ask(shop, " # ")
