"""What every planning table must show, computed from the merchant's own books.

Neither the SQL models nor the raw tables are read here: where a table and this package disagree,
one of the two is wrong, and the design says which.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from cin7_pipeline.sandbox.ledger import Ledger
from tests.expected.account import Account, Tables
from tests.expected.items import Items
from tests.expected.measures import Calendar
from tests.expected.reading import Read, learn
from tests.expected.trade import ChannelRule, Trades
from tests.expected.warehouses import Warehouses

__all__ = ["ChannelRule", "Read", "Truth"]


@dataclass(frozen=True)
class Truth:
    """The planning tables of one account under given settings.

    `warehouses` maps a branch id to (warehouse, is_enabled), `customer_groups` a group to whether
    it is included; rows of `channels` are in the order of `ChannelRule`, rows of `custom_fields` are
    (endpoint, Cin7's field, name).
    """

    books: Callable[[datetime], Ledger]
    _: KW_ONLY
    time_zone: str
    warehouses: Mapping[int, tuple[str, bool]] | None = None
    channels: Sequence[tuple[int, str, str, str, bool]] = ()
    customer_groups: Mapping[str, bool] = field(default_factory=dict)
    price_tier: str = "wholesale"
    stale_after_days: int = 60
    custom_fields: Sequence[tuple[str, str, str]] = ()

    def tables(self, reads: Sequence[Read], as_of: datetime | None = None) -> Tables:
        """Each table's rows after `reads`, made in this order, as seen at `as_of` (the last read).

        Columns of free text and the sync's own counters are left out of the rows.

        Raises:
            ValueError: `reads` is empty.
        """
        zone = ZoneInfo(self.time_zone)
        known = learn(self.books, reads, zone)
        warehouses = Warehouses(known.books.branches, self.warehouses)
        rules = [ChannelRule(*row) for row in self.channels]
        account = Account(
            known=known,
            calendar=Calendar(zone, as_of or reads[-1].moment),
            items=Items(known.books.options),
            warehouses=warehouses,
            trades=Trades(rules, self.customer_groups, known.books.contacts, warehouses),
            price_tier=self.price_tier,
            stale_after_days=self.stale_after_days,
            custom_fields=self.custom_fields,
        )
        return account.tables()
