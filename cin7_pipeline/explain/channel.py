"""Which row of the settings gave a document its channel, told so that a person can find the row."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cin7_pipeline.explain.question import DocumentMatch
from cin7_pipeline.explain.source import Source
from cin7_pipeline.settings import DEFAULT_CHANNEL_RULES


@dataclass(frozen=True)
class Channel:
    """The channel, whether its sales count (null where only the tables were asked), and its rule."""

    name: str
    is_included: bool | None
    rule: str


@dataclass(frozen=True)
class Decision:
    """The channel of a document and the settings row that matched, as the tables have them."""

    channel: str
    is_included: bool
    rule_priority: int | None
    rule_field: str | None
    rule_pattern: str | None


def channel_of(source: Source, match: DocumentMatch, facts: Mapping[str, Any]) -> Channel | None:
    """The channel of a document whose columns are `facts`; None where it has none, or none yet."""
    if source.is_published:
        name = facts.get("channel")
        return Channel(name, None, "rules are not in the published file") if name else None
    found = source.facts(
        Decision,
        "core.document_channels",
        "where document_kind = ? and document_id = ?",
        [match.kind, match.document_id],
    )
    if not found:
        return None
    return Channel(found[0].channel, found[0].is_included, _rule(found[0], facts))


def _rule(decision: Decision, facts: Mapping[str, Any]) -> str:
    if decision.rule_priority is None:
        origin = "its source" if (facts.get("source") or "").strip() else "it has no source"
        return f"no rule matches; {origin}"
    is_built_in = decision.rule_priority == DEFAULT_CHANNEL_RULES.priority
    where = "built-in rule" if is_built_in else f"channels.csv, priority {decision.rule_priority}"
    return f"{where}: {decision.rule_field} like '{decision.rule_pattern}'"
