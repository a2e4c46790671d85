"""What commands say beside their answers: whose account this is, what is unwise, what needs a look."""

from cin7_pipeline.display import console, print_line
from cin7_pipeline.settings import Settings, load_settings


def found_settings() -> Settings:
    """The settings of this process, after what a person should know about them was said."""
    settings = load_settings()
    if settings.uses_sandbox:
        console().print("No credentials are set: this is the [bold]sandbox account[/bold].")
    for warning in settings.warnings():
        say(warning)
    return settings


def say(sentence: str) -> None:
    """A line that a person should know."""
    print_line(sentence, "yellow")
