"""This package makes the pages of a release: HTML files that open from disk, without a network.

Of the planners' page `sections` reads what is on it (`sql/page/`), `charts` lays out, `html` fills the
templates; `workbook` writes the same tables for a spreadsheet, `tables` what they mean, as a page and as a
contract. The figures are those of the release that the page lies in; nothing is computed here that a table
does not say.
"""

from cin7_pipeline.page.html import write_page
from cin7_pipeline.page.tables import write_contract, write_tables_page
from cin7_pipeline.page.workbook import write_workbook

__all__ = ["write_contract", "write_page", "write_tables_page", "write_workbook"]
