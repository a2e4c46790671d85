"""Which row of the settings gave a document its channel, told so that a person can find the row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cin7_pipeline.settings import SHOPIFY_IS_LEFT_OUT
from cin7_pipeline.why.source import Source

# The field of a rule and the column of a document, where their names differ.
COLUMNS = {"reference": "order_number"}


@dataclass(frozen=True)
class Channel:
    """The channel, whether its sales count (null where only the tables were asked), and its rule."""

    name: str
    is_included: bool | None
    rule: str


def channel_of(source: Source, name: str, facts: Mapping[str, Any]) -> Channel:
    """The channel `name` of a document whose columns are `facts`, with the rule that led to it."""
    if source.is_published:
        return Channel(name, None, "rules are not in the published file")
    rule = _first_match(source, facts)
    if rule is None:
        origin = "its source" if (facts.get("source") or "").strip() else "it has no source"
        return Channel(name, True, f"no rule matches; {origin}")
    field, pattern = rule["field"], rule["pattern"]
    is_built_in = rule["priority"] == SHOPIFY_IS_LEFT_OUT.priority
    where = "built-in rule" if is_built_in else f"channels.csv, priority {rule['priority']}"
    return Channel(name, rule["is_included"], f"{where}: {field} like '{pattern}'")


def _first_match(source: Source, facts: Mapping[str, Any]) -> dict[str, Any] | None:
    """As `core.document_channels` matches: without regard to case, null as '', numbers as text."""
    for rule in source.rows("from settings.channels order by priority"):
        field = str(rule["field"])
        value = facts.get(COLUMNS.get(field, field))
        text = "" if value is None else str(value)
        if source.rows("select 1 where ?::varchar ilike ?", [text, rule["pattern"]]):
            return rule
    return None
