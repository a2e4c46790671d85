"""The answer to a question of support: all documents and items it names, and how far we looked."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cin7_pipeline.explain.coverage import Searched, read_coverage, unbuilt_entities
from cin7_pipeline.explain.document import Document, explain_document
from cin7_pipeline.explain.item import Item, explain_item
from cin7_pipeline.explain.loose_lines import LooseLine, find_loose_lines
from cin7_pipeline.explain.question import ItemMatch, find_documents, find_items
from cin7_pipeline.explain.source import Source, open_source
from cin7_pipeline.settings import Settings


@dataclass(frozen=True)
class Answer:
    """What a question names, as plain data.

    `twins` are SKUs that differ from the one asked for in case and spaces only, where there is one
    without such a difference. `unbuilt` entities were read after the tables were built of them.
    """

    asked: str
    path: Path
    is_published: bool
    documents: tuple[Document, ...]
    items: tuple[Item, ...]
    twins: tuple[ItemMatch, ...]
    loose_lines: tuple[LooseLine, ...]
    searched: tuple[Searched, ...]
    unbuilt: tuple[str, ...]
    advice: str | None

    @property
    def is_found(self) -> bool:
        """True where anything has this name."""
        return bool(self.documents or self.items or self.loose_lines)


def explain(settings: Settings, asked: str) -> Answer:
    """Everything we know of a reference, document id, customer order number or SKU.

    Raises:
        PipelineError: the question is blank, or nothing has been read yet.
        WarehouseBusy: a run holds the database and nothing has been published yet.
    """
    with open_source(settings) as source:
        documents = find_documents(source, asked)
        matches = find_items(source, asked)
        exact = tuple(match for match in matches if not match.is_twin)
        searched = read_coverage(source)
        loose_lines = find_loose_lines(source, asked)
        is_found = bool(documents or matches or loose_lines)
        return Answer(
            asked=asked,
            path=source.path,
            is_published=source.is_published,
            documents=tuple(explain_document(source, match) for match in documents),
            items=tuple(explain_item(source, match) for match in exact or matches),
            twins=tuple(match for match in matches if exact and match.is_twin),
            loose_lines=loose_lines,
            searched=searched,
            unbuilt=unbuilt_entities(source),
            advice=None if is_found else _advice(settings, source, searched),
        )


def _advice(settings: Settings, source: Source, searched: tuple[Searched, ...]) -> str:
    """What may bring it to light: the days that were never read."""
    if all(entity.last_read_at is None for entity in searched):
        return "Nothing has been read from Cin7 yet: run `cin7 sync`."
    covered = [entity.covered_from for entity in searched if entity.covered_from]
    until = settings.now().date()
    if covered and not any(entity.missing_days for entity in searched):
        until = max(covered) - timedelta(days=1)
    first = min(settings.history_start, until)
    elsewhere = " When the run that is on has ended, ask again." if source.is_published else ""
    return (
        "If it is in Cin7 and was created or changed on a day that has not been read, read that day:"
        f" `cin7 resync --from {first} --to {until}` (`--dry-run` tells the price); what is newer"
        f" than the last read comes with `cin7 sync`.{elsewhere}"
    )
