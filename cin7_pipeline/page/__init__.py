"""This package makes the planners' page: one HTML file per release that opens from disk, without a network.

`sections` reads what is on it (`sql/page/`), `charts` draws, `html` writes it down. The figures are those of
the release that the page lies in; nothing is computed here that a table does not say.
"""

from cin7_pipeline.page.html import write_page
from cin7_pipeline.page.sections import load_sections

__all__ = ["load_sections", "write_page"]
