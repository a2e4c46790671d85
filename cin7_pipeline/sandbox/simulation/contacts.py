"""This module simulates the merchant's branches, customers and suppliers.

Every person is invented and recognisable: surnames start with `Nobody-`, addresses are at
example.com. None of that may ever reach a table.
"""

from datetime import date, datetime, timedelta

from cin7_pipeline.sandbox.ledger import Branch, Contact
from cin7_pipeline.sandbox.simulation.clock import WallClock, seeded_rng
from cin7_pipeline.sandbox.simulation.history import History

MAIN, STORE, THIRD_PARTY, WEST, OLD, ALLOCATION, POP_UP = 3, 5, 8, 11, 2, 20, 40
OLD_BRANCH_CLOSES_AFTER_DAYS, POP_UP_OPENS_AFTER_DAYS = 15, 75
BRANCHES = {
    MAIN: ("Main DC", "01 Warehouse"),
    STORE: ("City Store", "02 Retail"),
    THIRD_PARTY: ("Eastern 3PL ", "03 3PL"),
    WEST: ("West DC", "01 Warehouse"),
    OLD: ("Old Warehouse", "01 Warehouse"),
    ALLOCATION: ("Key Accounts", "05 Allocation"),
}
MOST_NAMED_BRANCHES = 4

SUPPLIERS = {
    "Ningbo Homewares": ("USD", 34),
    "Hanoi Garment House": ("USD", 38),
    "Porto Ceramics": ("USD", 40),
    "Geelong Textiles": ("AUD", 24),
    "Adelaide Pantry": ("AUD", 26),
    "Penang Bags": ("USD", 31),
}
FIRST_SUPPLIER_ID, FIRST_CUSTOMER_ID, INTERNAL_ID = 88, 5500, 41
GROUPS = (
    "Wholesale", "Wholesale", "Retail - Shop", "Wholesale", "Distributor",
    "Staff", "Wholesale", "Marketplace", "Wholesale", "",
)  # fmt: skip
WEB = "Retail - Web"
CUSTOMERS_AT_THE_START, FEWEST_IN_A_GROUP = 60, 3
FIRST_NAMES = ("Avery", "Robin", "Sasha", "Kim", "Noor", "Jules", "Wren", "Tai")
TRADES = ("Provisions", "Interiors", "Larder", "Outfitters", "Grocer", "Studio", "Supplies")
NO_ADDRESSES = ("{}@example", "{}.example.com", "{} @example.com", "{}@@example.com")
SUPPLIER_EMAIL, ALSO_A_SUPPLIER = "sales@supplier-{}.example.com", 20
NEW_CUSTOMER_EVERY_DAYS, CUSTOMER_CHANGE_EVERY_DAYS = 4, 6


class Contacts:
    """Branches and contacts of the account."""

    def __init__(self, seed: int, clock: WallClock, opened_on: date, branches: int) -> None:
        self._seed, self._clock, self._opened_on = seed, clock, opened_on
        self.branches = [self._branch(id, *named) for id, named in BRANCHES.items()]
        for extra in range(MOST_NAMED_BRANCHES, branches):
            self.branches.append(self._branch(POP_UP + extra, f"Store {extra}", "02 Retail"))
        self.contacts: list[History[Contact]] = []
        self._found: dict[tuple[str, ...], list[Contact]] = {}  # today's customers of some groups
        for id, name in zip(self.supplier_ids, SUPPLIERS, strict=True):
            self._add_company(id, "Supplier", name, SUPPLIER_EMAIL.format(id))
        self._add_company(INTERNAL_ID, "Internal", "Head Office", "office@example.com")
        for number in range(CUSTOMERS_AT_THE_START):
            self._add_customer(
                number, self._morning(number, opened_on - timedelta(20 - number % 19))
            )

    def advance(self, day: date) -> None:
        """Simulate one day: customers come and change, the old branch closes, a new one opens."""
        number = (day - self._opened_on).days
        self._found.clear()
        if number == OLD_BRANCH_CLOSES_AFTER_DAYS:
            old = next(branch for branch in self.branches if branch.last.id == OLD)
            old.revise(self._clock.at(day, 8.5), is_active=False)
        if number == POP_UP_OPENS_AFTER_DAYS:
            self.branches.append(self._branch(POP_UP, "Pop-up Store", "02 Retail", day))
        if number % NEW_CUSTOMER_EVERY_DAYS == 1:
            self._add_customer(self._next_number, self._morning(self._next_number, day))
        if number % CUSTOMER_CHANGE_EVERY_DAYS == 2:
            self._change_customer(day)
            self._found.clear()

    def customers(self, *groups: str) -> list[Contact]:
        """Return today's active customers of some groups."""
        if groups not in self._found:
            last = (history.last for history in self.contacts)
            self._found[groups] = [
                contact
                for contact in last
                if contact.type == "Customer" and contact.is_active and contact.group in groups
            ]
        return self._found[groups]

    def meet(self, at: datetime) -> Contact:
        """Add somebody who orders once, in a web shop."""
        self._add_customer(self._next_number, at, WEB)
        return self.contacts[-1].last

    @property
    def shop_ids(self) -> list[int]:
        """The branches that sell over the counter."""
        ids = (history.last.id for history in self.branches)
        return [id for id in ids if id == STORE or id >= POP_UP]

    @property
    def supplier_ids(self) -> list[int]:
        """The suppliers, in the order of `SUPPLIERS`."""
        return [FIRST_SUPPLIER_ID + index for index in range(len(SUPPLIERS))]

    def _branch(
        self, id: int, name: str, branch_type: str, day: date | None = None
    ) -> History[Branch]:
        at = self._clock.at(day or self._opened_on - timedelta(days=30), 8)
        return History(Branch(id, name, branch_type, True, created_at=at, modified_at=at))

    def _add_company(self, id: int, type: str, name: str, email: str) -> None:
        at = self._clock.at(self._opened_on - timedelta(days=28), 9)
        person = f"{FIRST_NAMES[id % len(FIRST_NAMES)]} Nobody-{id}"
        self.contacts.append(History(Contact(id, type, name, "", email, person, True, at, at)))

    @property
    def _next_number(self) -> int:
        return len(self.contacts) - len(SUPPLIERS) - 1

    def _morning(self, number: int, day: date) -> datetime:
        return self._clock.at(day, 9 + number % 8, number * 37 % 3600)

    def _add_customer(self, number: int, at: datetime, group: str | None = None) -> None:
        id = FIRST_CUSTOMER_ID + number
        group = GROUPS[number % len(GROUPS)] if group is None else group
        first = FIRST_NAMES[number % len(FIRST_NAMES)]
        contact = Contact(
            id=id,
            type="Customer",
            company=_company(number, group),
            group=group,
            email=_email(number, first),
            person=f"{first} Nobody-{id}",
            is_active=True,
            created_at=at,
            modified_at=at,
            sub_group="NSW" if number % 4 == 0 else "",
            price_column="VIP" if group in {"Distributor", "Staff"} else "Wholesale",
            custom_fields=_default_branch(number),
        )
        self.contacts.append(History(contact))

    def _change_customer(self, day: date) -> None:
        rng = seeded_rng(self._seed, "contact", day)
        customers = [history for history in self.contacts if history.last.type == "Customer"]
        history = rng.choice(customers)
        at = max(self._clock.at(day, 13, rng.randint(0, 3600)), history.last.modified_at)
        if day.toordinal() % 5 == 0 and len(self.customers(history.last.group)) > FEWEST_IN_A_GROUP:
            history.revise(at, is_active=False)
        elif history.last.group == "Wholesale":
            history.revise(at, group="Distributor")
        elif history.last.group == "Distributor":
            history.revise(at, group="Wholesale")
        else:
            history.revise(at, sub_group=rng.choice(("VIC", "QLD", "WA")))


def _company(number: int, group: str) -> str:
    if group == "Marketplace":
        return ("Amazon AU", "Catch", "eBay AU")[number // len(GROUPS) % 3]
    if group == "Retail - Shop":
        return "Retail Web" if number % 4 else "City Store Counter"
    if group in {"Staff", WEB}:
        return ""
    return f"{TRADES[number % len(TRADES)]} No {number}"


def _default_branch(number: int) -> dict[str, str]:
    """Return the branch for the customer's orders, as a custom field where somebody set it."""
    if number % 3:
        return {}
    branch_id = (MAIN, WEST, THIRD_PARTY)[number // 3 % 3]
    return {"members_1000": "" if number % 15 == 9 else BRANCHES[branch_id][0].strip()}


def _email(number: int, first: str) -> str:
    """Return an address: a tenth have none, some an invalid one, and some that of another contact."""
    if number % 10 == 6:
        return ""
    if number % 16 == 11:
        name = f"{first.lower()}.nobody-{FIRST_CUSTOMER_ID + number}"
        return NO_ADDRESSES[number // 16 % len(NO_ADDRESSES)].format(name)
    if number == ALSO_A_SUPPLIER:
        return SUPPLIER_EMAIL.format(FIRST_SUPPLIER_ID)
    if number % 9 == 8:
        before = FIRST_NAMES[(number - 1) % len(FIRST_NAMES)]
        return f"{before}.Nobody-{FIRST_CUSTOMER_ID + number - 1}@Example.com"
    return f"{first.lower()}.nobody-{FIRST_CUSTOMER_ID + number}@example.com"
