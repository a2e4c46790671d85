"""Questions to `cin7 why` and what tests look at in its answers."""

import io

from rich.console import Console

from cin7_pipeline.explain import Explanation, explain, render
from cin7_pipeline.explain.document import Document
from cin7_pipeline.explain.item import Item
from tests.sample_shop import SKU
from tests.unit.load.fake_account import Company


def ask(shop: Company, asked: str) -> Explanation:
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


def placements(found: Document) -> list[tuple[str, str | None, int]]:
    """Return table, rule and quantity of each table in which a line of the document is."""
    return [(row["table"], row["rule"], int(row["units"])) for row in found.lines if row["table"]]


def text(answer: Explanation, *, is_full: bool = False) -> str:
    """The answer as a terminal of 80 columns shows it."""
    out = io.StringIO()
    Console(width=80, file=out).print(render(answer, is_full=is_full))
    return out.getvalue()
