"""This package answers support's questions: where a document or an item is, and which rule put it there.

`lookup` finds what a question names, `document` and `item` ask the tables about it, `render` prints it.
"""

from cin7_pipeline.explain.lookup import Explanation, explain
from cin7_pipeline.explain.render import render

__all__ = ["Explanation", "explain", "render"]
