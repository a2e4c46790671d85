"""This module writes the pieces of SQL that several modules need: names and texts in quotes."""


def identifier(name: str) -> str:
    """Quote a name, so that none is ever read as a keyword."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Quote a text, for the statements that take no parameters."""
    return "'" + text.replace("'", "''") + "'"
