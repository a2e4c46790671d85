"""What stands on an order: lines with sizes, fees and kits, and branches and customers as life has them."""

from collections import Counter

from cin7_pipeline.sandbox.ledger import Ledger


def test_some_lines_are_linked_by_their_code_alone(books: Ledger) -> None:
    """A line without an option id may still carry exactly one item's code."""
    codes = Counter(option.code for option in books.options)
    assert any(
        line.option_id == 0 and codes[line.code] == 1
        for order in books.sales_orders
        for line in order.lines
    )


def test_lines_have_sizes_discounts_fees_and_fractions(books: Ledger) -> None:
    """Sized lines add up, discounts are money, fees have no item, fabric is sold by the metre."""
    lines = [line for order in books.sales_orders for line in order.lines]
    sized = [line for line in lines if line.sizes]
    assert sized
    assert all(sum(size.quantity for size in line.sizes) == line.quantity for line in sized)
    assert all(size.code for line in sized for size in line.sizes)
    assert any(line.sizes and line.discount for line in lines)
    assert all(line.discount < line.quantity * line.unit_price for line in lines if line.discount)
    assert {"freight", ""} <= {line.code for line in lines if not line.option_id}
    assert any(line.quantity % 1 for line in lines)


def test_a_sold_kit_lists_its_components(books: Ledger) -> None:
    """Below the lines of some kits stand their components in multiples, without a price."""
    kits = {each.id: each.components for each in books.products if each.components}
    product_of = {option.id: option.product_id for option in books.options}
    found = bare = 0
    for order in books.sales_orders:
        for line in order.lines:
            parts = kits.get(product_of.get(line.option_id, 0), ())
            children = [each for each in order.lines if each.parent_id == line.id]
            bare += bool(parts and not children)
            if parts and children:
                found += 1
                assert [each.quantity for each in children] == [
                    part.quantity * line.quantity for part in parts
                ]
            assert all(child.unit_price == 0 for child in children)
    assert found > 20
    assert bare > 10


def test_branches_on_orders_are_as_messy_as_in_life(books: Ledger) -> None:
    """Some orders have no branch, some ship from another, some belong to a closed branch."""
    closed = {branch.id for branch in books.branches if not branch.is_active}
    assert any(order.branch_id == 0 for order in books.sales_orders)
    assert any(order.distribution_branch_id for order in books.sales_orders)
    assert any(order.branch_id in closed for order in books.sales_orders)


def test_customers_and_channels_leave_their_traces(books: Ledger) -> None:
    """Orders without a customer, of marketplaces, of staff, of projects, abroad and in USD exist."""
    group = {contact.id: contact.group for contact in books.contacts}
    orders = books.sales_orders
    assert any(order.member_id == 0 for order in orders)
    assert {"Staff", "Marketplace", "Wholesale"} <= {group.get(each.member_id) for each in orders}
    assert any(order.company == "Amazon AU" for order in orders)
    assert any(order.project_name == "Trade Fair" for order in orders)
    assert any(order.currency == "USD" and order.currency_rate != 1 for order in orders)
    assert {"Incl", "Excl", "Exempt"} == {order.tax_status for order in orders}
    assert any(not order.delivery_country for order in orders if not order.dispatched_at)
