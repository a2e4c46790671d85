"""`cin7 why`: where a document or an item stands, and what each rule decided about it."""

from pathlib import Path

from cin7_pipeline.console import console, settings_with_warnings
from cin7_pipeline.explain import explain, render


def run(asked: str, file: Path | None, *, is_full: bool = False) -> bool:
    """Show the answer of what is published, or of the file; False where nothing has this name."""
    answer = explain(settings_with_warnings(), asked, file, is_full=is_full)
    console().print(render(answer, is_full=is_full))
    return answer.is_found
