"""`cin7 why`: where a document or an item stands, and what each rule decided about it."""

from cin7_pipeline.console import console, settings_with_warnings
from cin7_pipeline.explain import explain, render


def run(asked: str) -> bool:
    """Show the answer; False where nothing has this name."""
    answer = explain(settings_with_warnings(), asked)
    console().print(render(answer))
    return answer.is_found
