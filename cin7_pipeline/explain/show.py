"""An answer as text and tables for a terminal of 100 columns; nothing is decided here."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from cin7_pipeline.console import table_of
from cin7_pipeline.explain.answer import Answer
from cin7_pipeline.explain.kinds import KINDS
from cin7_pipeline.explain.loose_lines import LooseLine
from cin7_pipeline.explain.show_document import show_document
from cin7_pipeline.explain.show_item import show_item
from cin7_pipeline.explain.wording import moment, number, words


def show(answer: Answer) -> RenderableType:
    """The whole answer, documents first, or what was searched where nothing was found."""
    read_at = {searched.entity: searched.last_read_at for searched in answer.searched}
    parts: list[RenderableType] = [*_notes(answer)]
    for document in answer.documents:
        entity = KINDS[document.match.kind].entity
        parts += [Text(), *show_document(document, read_at.get(entity))]
    for item in answer.items:
        parts += [Text(), *show_item(item, answer.asked)]
    if answer.twins:
        names = ", ".join(
            f"'{twin.sku}' (option {twin.product_option_id})" for twin in answer.twins
        )
        parts += [Text(), Text(f"Other items differ in case or spaces only: {names}")]
    if answer.loose_lines:
        parts += [Text(), _loose_lines(answer.loose_lines)]
    return Group(*parts, *(() if answer.is_found else _nothing(answer)))


def _notes(answer: Answer) -> Iterator[Text]:
    if answer.is_published:
        yield Text(
            f"A run holds the database; this is from the published {answer.path.name}, which tells"
            " neither customer order numbers nor what was read since.",
            style="yellow",
        )
    if answer.unbuilt:
        yield Text(
            f"Read again since the tables were built: {', '.join(answer.unbuilt)}; `cin7 build`"
            " brings the tables up to date.",
            style="yellow",
        )


def _loose_lines(lines: Iterable[LooseLine]) -> RenderableType:
    return table_of(
        "Newest lines with such a code that are no item; each counts nowhere until it is linked",
        ["kind", "order", "line", "code", "units", "created"],
        [
            (
                words(line.document_kind),
                line.order_number,
                str(line.line_id),
                f"'{line.code}'",
                number(line.quantity),
                line.created_on,
            )
            for line in lines
        ],
    )


def _nothing(answer: Answer) -> Iterator[RenderableType]:
    yield Text(
        f"Nothing is called '{answer.asked}': no reference, document id, customer order number"
        " or SKU.",
        style="bold",
    )
    yield table_of(
        "Searched",
        ["entity", "records", "last read (UTC)", "history from", "days missing since"],
        [
            (s.entity, s.records, moment(s.last_read_at), s.covered_from, s.missing_days or None)
            for s in answer.searched
        ],
    )
    yield Text(answer.advice or "")
