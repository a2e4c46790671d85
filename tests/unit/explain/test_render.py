"""What answers look like, and whom they never name."""

import pytest

from tests.sample_shop import PERSON, SKU
from tests.unit.explain.explain_helpers import ask, text
from tests.unit.load.fake_account import Company


@pytest.mark.parametrize("asked", ["SO-1", "SO-4", "PO-1", "BT-1", SKU, "nonsense"])
def test_answers_fit_a_terminal_of_100_columns(shop: Company, asked: str) -> None:
    """Nothing is wider than 100 columns or cut off."""
    shown = text(ask(shop, asked))
    assert max(len(row.rstrip()) for row in shown.splitlines()) <= 100
    assert "…" not in shown


def test_no_answer_names_a_person(shop: Company) -> None:
    """Whom an order was sent to is on no screen of ours, though Cin7 has it on the order."""
    for asked in ("SO-1", "PO-1", SKU):
        told = str(ask(shop, asked)) + text(ask(shop, asked))
        assert not any(str(value) in told for value in PERSON.values())
