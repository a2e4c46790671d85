"""This module reads a list by page numbers, for lists and ties that cannot be read by key.

Numbered pages skip a row when another leaves the list meanwhile (`README.md`, Pages), so they are read in
passes. When a list is read this way is decided in `paging`.
"""

from collections.abc import Iterator
from itertools import count
from typing import Any

from cin7_pipeline.errors import Cin7Unavailable, ContractBroken
from cin7_pipeline.omni.page import Page, PageReader

# A list that loses rows while it is read is read again, but not forever.
PASSES = 6
# Rows that move between pages can fill a page with rows seen before, but hardly three pages in a row.
MAX_REPEATED_PAGES = 3


def offset_pages(reader: PageReader, where: str | None) -> Iterator[Page]:
    """Yield pages by number until an empty one.

    Raises:
        ContractBroken: pages that repeat and never end.
    """
    seen: set[tuple[Any, ...]] = set()
    repeated = 0
    for number in count(1):
        page = reader.read(where, number)
        if not page.keys:
            return
        repeated = repeated + 1 if seen.issuperset(page.keys) else 0
        if repeated == MAX_REPEATED_PAGES:
            msg = (
                f"{reader.endpoint.path}: {MAX_REPEATED_PAGES} pages in a row repeated records already"
                " read, and none was empty: Cin7 ignores `page`. Nothing was written; report this."
            )
            raise ContractBroken(msg)
        seen.update(page.keys)
        yield page


def repeat_until_stable(reader: PageReader, where: str | None) -> Iterator[Page]:
    """Yield pages by number, pass after pass, until no row left the list during a pass.

    Only a row that leaves pulls others over the edge of a page unread. A row that left during a pass
    is not in the next one, so where the next pass has all rows of a pass, that pass was complete.

    Raises:
        Cin7Unavailable: rows left in every pass.
        ContractBroken: pages that repeat and never end.
    """
    before: set[tuple[Any, ...]] | None = None
    for _ in range(PASSES):
        seen: set[tuple[Any, ...]] = set()
        pages = 0
        for page in offset_pages(reader, where):
            pages += 1
            seen.update(page.keys)
            yield page
        # A single page that is not full has no edge to be pulled over.
        if (pages <= 1 and len(seen) < reader.rows) or (before is not None and before <= seen):
            return
        before = seen
    msg = (
        f"{reader.endpoint.path}: rows left the list in each of {PASSES} passes over its pages, so"
        " that others may have been missed. Nothing was written; try again when less is changed."
    )
    raise Cin7Unavailable(msg)
