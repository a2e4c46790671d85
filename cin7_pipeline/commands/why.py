"""`cin7 why`: where a document or an item stands, and what each rule decided about it."""

from cin7_pipeline.commands.terminal import found_settings
from cin7_pipeline.display import console
from cin7_pipeline.why.answer import explain
from cin7_pipeline.why.show import show


def run(asked: str) -> bool:
    """Show the answer; False where nothing has this name."""
    answer = explain(found_settings(), asked)
    console().print(show(answer))
    return answer.is_found
