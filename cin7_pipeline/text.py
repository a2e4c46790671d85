"""This module makes texts of others fit to be shown: nothing in them steers a terminal."""

import re

# Whatever moves a cursor, clears a screen or sets a title begins with one of these.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def printable(text: str) -> str:
    """Return the text with `�` for each control character but line breaks and tabs."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
