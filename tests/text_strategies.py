"""Any text that a setting could be given, and whether an attempt with it was refused in words."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from cin7_pipeline.errors import SettingsError

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def refused(attempt: Callable[[], Any]) -> tuple[Any, str]:
    """What the attempt returns and "", or None and why it was refused; anything else is a failure."""
    try:
        return attempt(), ""
    except SettingsError as error:
        return None, str(error)
