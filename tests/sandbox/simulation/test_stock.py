from collections import defaultdict
from decimal import ROUND_FLOOR, Decimal

from cin7_pipeline.sandbox.ledger import Document, Ledger, Line, PurchaseOrder, StockRow

Key = tuple[int, str, int]


def by_place(ledger: Ledger) -> dict[Key, StockRow]:
    return {(row.option_id, row.size, row.branch_id): row for row in ledger.stock}


class Recount:
    """Stock counted again from the documents alone, line by line, by the rules of the reference."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        recipes = {each.id: each.components for each in ledger.products if each.components}
        self.kits = {
            option.id: recipes[option.product_id]
            for option in ledger.options
            if option.product_id in recipes
        }
        self.skus: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for option in ledger.options:
            sku = option.code or option.size_code or option.option_code
            self.skus[sku].append(option.key)

    def parts(self, line: Line) -> list[tuple[int, str, Decimal, Decimal]]:
        """Option id, size, quantity and done of every item of a line."""
        if line.sizes:
            share = line.done / line.quantity
            return [
                (line.option_id, size.name, size.quantity, size.quantity * share)
                for size in line.sizes
            ]
        if line.option_id:
            return [(line.option_id, "", line.quantity, line.done)]
        keys = self.skus.get(line.code or "", [])
        return [(*keys[0], line.quantity, line.done)] if len(keys) == 1 else []

    def taken(self, line: Line, document: Document) -> list[tuple[int, str, Decimal]]:
        """What a line takes off stock: a kit its parts, unless they have lines of their own."""
        goods = [(option_id, size, done) for option_id, size, _, done in self.parts(line)]
        if line.option_id not in self.kits:
            return goods
        is_exploded = any(each.parent_id == line.id for each in document.lines)
        return [] if is_exploded else self.inside(line.option_id, line.done)

    def inside(self, kit_id: int, quantity: Decimal) -> list[tuple[int, str, Decimal]]:
        """Option id, size and quantity of all that is in so many of a kit, kits in it opened."""
        found = []
        for part in self.kits[kit_id]:
            total = part.quantity * quantity
            opened = part.option_id in self.kits
            found += (
                self.inside(part.option_id, total)
                if opened
                else [(part.option_id, part.size, total)]
            )
        return found

    def counting(self, documents: list[Document]) -> list[Document]:
        """The documents that count: approved, neither void nor deleted."""
        return [
            document
            for document in documents
            if document.is_approved and not document.is_void and document.deleted_at is None
        ]

    def moved(self) -> dict[Key, Decimal]:
        """On hand without the opening balance."""
        found: dict[Key, Decimal] = defaultdict(Decimal)
        completed = [note for note in self.ledger.credit_notes if note.completed_at]
        for document in self.counting([*self.ledger.sales_orders, *completed]):
            for line in document.lines:
                for option_id, size, done in self.taken(line, document):
                    found[option_id, size, document.branch_id] -= done
        for order in self.counting(self.ledger.purchase_orders):
            for line in order.lines:
                for option_id, size, _, done in self.parts(line):
                    found[option_id, size, order.branch_id] += done
        for transfer in self.counting(self.ledger.transfers):
            for line in transfer.lines:
                for option_id, size, quantity, done in self.parts(line):
                    if transfer.dispatched_at:
                        found[option_id, size, transfer.source_branch_id] -= quantity
                    if transfer.received_at:
                        found[option_id, size, transfer.destination_branch_id] += done
        self._count_corrections(found)
        return found

    def _count_corrections(self, found: dict[Key, Decimal]) -> None:
        """Completed adjustments and production jobs."""
        for adjustment in self.counting(self.ledger.adjustments):
            for line in adjustment.lines if adjustment.completed_at else ():
                found[line.option_id, "", adjustment.branch_id] += line.quantity
        for job in self.counting(self.ledger.production_jobs):
            for made in job.products if job.completed_at else ():
                found[made.option_id, "", job.branch_id] += made.done
                for part in made.components:
                    found[part.option_id, "", job.branch_id] -= part.done

    def open_sales(self) -> dict[Key, Decimal]:
        """Ordered and not shipped, on undispatched orders, components left out."""
        found: dict[Key, Decimal] = defaultdict(Decimal)
        for order in self.counting(self.ledger.sales_orders):
            for line in order.lines:
                if order.dispatched_at is None and not line.parent_id:
                    for option_id, size, quantity, done in self.parts(line):
                        found[option_id, size, order.branch_id] += max(quantity - done, Decimal(0))
        return found

    def incoming(self) -> dict[Key, Decimal]:
        """Bought and not received, on purchase orders without a received date."""
        found: dict[Key, Decimal] = defaultdict(Decimal)
        for order in self.counting(self.ledger.purchase_orders):
            assert isinstance(order, PurchaseOrder)
            for line in order.lines:
                if order.received_at is None:
                    for option_id, size, quantity, done in self.parts(line):
                        found[option_id, size, order.branch_id] += max(quantity - done, Decimal(0))
        return found

    def holding(self) -> dict[Key, Decimal]:
        """On the road, at the branch it left."""
        found: dict[Key, Decimal] = defaultdict(Decimal)
        for transfer in self.counting(self.ledger.transfers):
            for line in transfer.lines:
                if transfer.dispatched_at and not transfer.received_at:
                    for option_id, size, quantity, _ in self.parts(line):
                        found[option_id, size, transfer.source_branch_id] += quantity
        return found


def test_open_sales_incoming_and_holding_are_what_the_documents_say(series: list[Ledger]) -> None:
    """The three reservations of every row equal the sums over open documents, at any time."""
    for ledger in series[::5]:
        recount, rows = Recount(ledger), by_place(ledger)
        for name in ("open_sales", "incoming", "holding"):
            expected = {
                key: value for key, value in getattr(recount, name)().items() if value and key[2]
            }
            actual = {key: getattr(row, name) for key, row in rows.items() if getattr(row, name)}
            assert actual == expected, name


def test_on_hand_is_the_opening_balance_and_every_movement(series: list[Ledger]) -> None:
    """On hand less what documents moved is the same opening balance at every time."""
    openings = []
    for ledger in series[::5]:
        moved, rows = Recount(ledger).moved(), by_place(ledger)
        assert {key for key, value in moved.items() if value and key[2]} <= set(rows)
        opening = {key: row.on_hand - moved.get(key, Decimal(0)) for key, row in rows.items()}
        openings.append({key: value for key, value in opening.items() if value})
    assert all(opening == openings[0] for opening in openings)
    assert all(value > 0 and value % 1 == 0 for value in openings[0].values())


def test_available_is_on_hand_less_open_sales(ledger: Ledger) -> None:
    """Available is Cin7's own definition, also where it is negative."""
    assert all(row.available == row.on_hand - row.open_sales for row in ledger.stock)
    assert any(row.available < 0 for row in ledger.stock)


def test_virtual_is_what_a_branch_could_build(ledger: Ledger) -> None:
    """A kit's virtual stock is the least floor of available over quantity among its parts."""
    rows, recount = by_place(ledger), Recount(ledger)
    kits = [row for row in ledger.stock if row.option_id in recount.kits]
    assert kits
    for row in ledger.stock:
        needed: dict[Key, Decimal] = defaultdict(Decimal)
        if row.option_id in recount.kits:
            for option_id, size, quantity in recount.inside(row.option_id, Decimal(1)):
                needed[option_id, size, row.branch_id] += quantity
        expected = Decimal(0)
        if needed and all(place in rows for place in needed):
            expected = min(
                (rows[place].available / quantity).to_integral_value(ROUND_FLOOR)
                for place, quantity in needed.items()
            )
        assert row.virtual == expected
    assert any(row.virtual > 0 for row in kits)
    assert all(row.on_hand == 0 for row in kits)
    assert any(row.open_sales > 0 for row in kits)


def test_a_row_is_an_item_at_a_branch_under_its_own_code(ledger: Ledger) -> None:
    """Keys are unique, exist in the catalogue and among the branches, and carry the item's code."""
    skus = {each.key: each.code or each.size_code or each.option_code for each in ledger.options}
    branches = {branch.id for branch in ledger.branches}
    assert len(by_place(ledger)) == len(ledger.stock)
    assert all(row.branch_id in branches for row in ledger.stock)
    assert all(row.code == skus[row.option_id, row.size] for row in ledger.stock)


def test_a_reservation_does_not_touch_the_date_of_a_row(series: list[Ledger]) -> None:
    """Between two looks some row's open sales changed while its modification date did not."""
    before, after = by_place(series[-2]), by_place(series[-1])
    assert any(
        row.open_sales != after[key].open_sales and row.modified_at == after[key].modified_at
        for key, row in before.items()
    )
