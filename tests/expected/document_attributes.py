"""This module reads the header of a sale or return: channel, warehouse, customer, what settings leave out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cin7_pipeline.sandbox.ledger import Contact, CreditNote, SalesOrder
from tests.expected.known_documents import KnownDocument
from tests.expected.values import id_or_none, ilike
from tests.expected.warehouses import Warehouses


class ChannelRule(NamedTuple):
    """A row of the channel settings; `pattern` is matched as ILIKE does."""

    priority: int
    field: str
    pattern: str
    channel: str
    is_included: bool


SHOPIFY = ChannelRule(0, "source", "%shopify%", "Shopify", is_included=False)


@dataclass(frozen=True)
class Attributes:
    """What a document's header says about every line of it."""

    channel: str
    warehouse: str
    customer_id: int | None
    customer_group: str | None
    rules: tuple[str, ...]


class DocumentAttributes:
    """Reads headers by the account's settings; the Shopify rule comes after all others.

    An order counts at its own branch or, as `ships_from` says, at its `distribution_branch` where it has one.
    """

    def __init__(
        self,
        rules: Iterable[ChannelRule],
        groups: Mapping[str, bool],
        contacts: Iterable[Contact],
        warehouses: Warehouses,
        orders: Iterable[KnownDocument] = (),
        *,
        ships_from: str = "branch",
    ) -> None:
        ordered = [*sorted(rules, key=lambda rule: rule.priority), SHOPIFY]
        self._rules = [(ilike(rule.pattern), rule) for rule in ordered]
        self._groups = groups
        self._group_of = {contact.id: contact.group for contact in contacts}
        self._warehouses = warehouses
        self._ships_from = ships_from
        self._orders: dict[str, list[KnownDocument]] = defaultdict(list)
        for known in orders:
            self._orders[known.document.reference or ""].append(known)

    def of(self, document: SalesOrder | CreditNote) -> Attributes:
        """Return the attributes of a document; a return sold where the order it credits was sold."""
        sold = self._credited(document)
        group = self._group_of.get(sold.member_id)
        channel, is_included = self._channel(sold, group)
        warehouse = self._warehouses.of(self._shipping_branch(document))
        left_out = {
            "channel_excluded": not is_included,
            "warehouse_disabled": self._warehouses.is_disabled(warehouse),
            "customer_group_excluded": group is not None and not self._groups.get(group, True),
        }
        return Attributes(
            channel=channel,
            warehouse=warehouse,
            customer_id=id_or_none(document.member_id),
            customer_group=group,
            rules=tuple(rule for rule, applies in left_out.items() if applies),
        )

    def _shipping_branch(self, document: SalesOrder | CreditNote) -> int:
        if self._ships_from == "branch" or not isinstance(document, SalesOrder):
            return document.branch_id
        return document.distribution_branch_id or document.branch_id

    def _credited(self, document: SalesOrder | CreditNote) -> SalesOrder | CreditNote:
        """Return the order that a credit note names, and what is no such note itself.

        References repeat: the customer's own order is meant, then one that is not deleted, then the newest.
        """
        reference = document.sales_reference if isinstance(document, CreditNote) else None
        if not (reference or "").strip() or not self._orders[reference]:
            return document

        def likeness(known: KnownDocument) -> tuple[bool, bool, int]:
            order = known.document
            return order.member_id == document.member_id, not known.is_deleted, order.id

        return max(self._orders[reference], key=likeness).document

    def _channel(self, document: SalesOrder | CreditNote, group: str | None) -> tuple[str, bool]:
        # Credit notes have neither a stage nor their customer's order number.
        order = document if isinstance(document, SalesOrder) else None
        fields = {
            "source": document.source,
            "reference": document.reference,
            "company": document.company,
            "project_name": document.project_name,
            "customer_order_no": order and order.customer_order_no,
            "customer_group": group,
            "customer_id": str(document.member_id or ""),
            "branch_id": str(document.branch_id or ""),
            "stage": order and order.stage,
        }
        for pattern, rule in self._rules:
            if pattern.fullmatch(fields[rule.field] or ""):
                return rule.channel, rule.is_included
        source = document.source or ""
        return (source if source.strip() else "Direct"), True
