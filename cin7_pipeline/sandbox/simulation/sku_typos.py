"""How a code comes to match no item: Ordermentum sends it as it was typed there.

Matching is case-sensitive, so the line arrives as words without a link to stock.
"""

from collections.abc import Callable
from dataclasses import replace

from cin7_pipeline.sandbox.ledger import Line
from cin7_pipeline.sandbox.simulation.catalogue import Catalogue

WAYS: tuple[Callable[[str], str], ...] = (
    str.lower,
    lambda code: f"{code.strip()}  ",
    lambda code: code.replace("-", " -", 1),
    lambda code: f"OLD{code.strip()[-5:]}",
)


def miskey(line: Line, turn: int, catalogue: Catalogue) -> list[Line]:
    """The line with its code written wrong and its link lost, in the `turn`-th way.

    A line of a kit, and a code that would match another item, stay as they are; every fifth turn
    the code is right and only the link is missing.
    """
    if line.parent_id or not line.code or line.sizes or catalogue.components(line.option_id):
        return [line]
    if turn % 5 == 4 and catalogue.key_by_code(line.code) == (line.option_id, ""):
        return [replace(line, option_id=0)]
    code = WAYS[turn % len(WAYS)](line.code)
    return [line] if catalogue.knows(code) else [replace(line, option_id=0, code=code)]
