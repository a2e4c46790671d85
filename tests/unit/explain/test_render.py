"""What answers look like, and whom they never name."""

import re

import pytest

from cin7_pipeline.explain.item import Item
from cin7_pipeline.explain.lookup import Explanation
from tests.sample_shop import PERSON, SKU
from tests.unit.explain.explain_helpers import ask, text
from tests.unit.load.fake_account import Company


@pytest.mark.parametrize("asked", ["SO-1", "SO-4", "PO-1", "BT-1", SKU, "nonsense"])
def test_answers_fit_a_terminal_of_80_columns(shop: Company, asked: str) -> None:
    """Nothing is wider than 80 columns or cut off."""
    shown = text(ask(shop, asked))
    assert max(len(row.rstrip()) for row in shown.splitlines()) <= 80
    assert "…" not in shown


def test_the_stock_of_all_warehouses_is_added_up(shop: Company) -> None:
    """Below the warehouses stands what they hold together."""
    shown = text(ask(shop, SKU))
    assert re.search(r"^together +20 ", shown, re.MULTILINE)


def test_no_answer_names_a_person(shop: Company) -> None:
    """Whom an order was sent to is on no screen of ours, though Cin7 has it on the order."""
    for asked in ("SO-1", "PO-1", SKU):
        told = str(ask(shop, asked)) + text(ask(shop, asked))
        assert not any(str(value) in told for value in PERSON.values())


def test_an_item_that_is_not_kept_in_stock_says_what_that_means() -> None:
    """Nobody looks for the projection of a service."""
    match = {"sku": "FITTING", "product_option_id": 1, "size": "", "is_near_match": False}
    product = dict.fromkeys(("name", "product_status", "option_status", "created_on"), None)
    service = Item(match, product | {"is_kit": False, "is_stocked": False}, {}, [])
    shown = text(Explanation("FITTING", [], [service], [], [], [], None))
    assert "not kept in stock, so neither forecast nor projected" in " ".join(shown.split())
