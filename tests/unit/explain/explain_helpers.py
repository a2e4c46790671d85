"""Questions to `cin7 why` and what tests look at in its answers."""

import io

from rich.console import Console

from cin7_pipeline.explain.answer import Answer, explain
from cin7_pipeline.explain.document import Document
from cin7_pipeline.explain.item import Item
from cin7_pipeline.explain.show import show
from tests.sample_shop import SKU
from tests.unit.load.fake_account import Company


def ask(shop: Company, asked: str) -> Answer:
    """The answer of `cin7 why`, as data."""
    return explain(shop.settings(), asked)


def document(shop: Company, asked: str) -> Document:
    """The one document that is found."""
    (found,) = ask(shop, asked).documents
    return found


def item(shop: Company, asked: str = SKU) -> Item:
    """The one item that is found."""
    (found,) = ask(shop, asked).items
    return found


def standings(found: Document) -> list[tuple[str, str | None, int]]:
    """Table, rule and quantity of each place in which a line of the document stands."""
    return [(s.table, s.rule, int(s.quantity)) for line in found.lines for s in line.standings]


def text(answer: Answer) -> str:
    """The answer as a terminal of 100 columns shows it."""
    out = io.StringIO()
    Console(width=100, file=out).print(show(answer))
    return out.getvalue()
