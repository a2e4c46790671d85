from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from cin7_pipeline.sandbox.ledger import Ledger, Option


def families(books: Ledger) -> dict[int, list[Option]]:
    """The option rows by option id."""
    found = defaultdict(list)
    for option in books.options:
        found[option.id].append(option)
    return found


def test_there_are_at_least_300_items(books: Ledger) -> None:
    """The default size has 300 option × size rows or more, each key once."""
    assert len(books.options) >= 300
    assert len({option.key for option in books.options}) == len(books.options)


def test_a_size_grid_has_several_rows_of_one_id(books: Ledger) -> None:
    """Sizes of a grid share the option's id and have padded codes of their own."""
    grids = [rows for rows in families(books).values() if len(rows) > 1]
    assert grids
    assert any(
        row.code == f"{row.option_code}  -{row.size}" for rows in grids for row in rows if row.code
    )


def test_some_size_rows_have_no_code_but_a_size_code(books: Ledger) -> None:
    """Where `code` is null, the size's own code is what identifies the item."""
    bare = [row for row in books.options if row.size and row.code is None]
    assert bare
    assert all(row.size_code for row in bare)


def test_some_unsized_option_has_no_code_at_all(books: Ledger) -> None:
    """An unsized option may have nothing but its option code, and no price."""
    bare = [row for row in books.options if not row.size and row.code is None]
    assert bare
    assert all(row.option_code and not row.size_code and not row.prices for row in bare)


def test_kits_name_components_that_exist(books: Ledger) -> None:
    """A kit is made of other items in whole quantities."""
    keys = {option.key for option in books.options}
    kits = [product for product in books.products if product.order_type == "Kit"]
    assert kits
    for kit in kits:
        assert kit.components
        assert all((part.option_id, part.size) in keys for part in kit.components)
        assert all(part.quantity >= 1 for part in kit.components)


def test_statuses_of_both_levels_occur(books: Ledger) -> None:
    """There are inactive products, and disabled options of products that are on sale."""
    status = {product.id: product.status for product in books.products}
    assert {"Public", "ShowInB2B", "Inactive"} <= set(status.values())
    assert any(
        option.status == "Disabled" and status[option.product_id] != "Inactive"
        for option in books.options
    )
    assert {"Primary", "Active", "Disabled"} == {option.status for option in books.options}


def test_codes_come_with_the_faults_of_real_accounts(books: Ledger) -> None:
    """Codes end in a space, stand twice, and differ from another only by case."""
    codes = Counter(option.code for option in books.options if option.code)
    assert any(code.endswith(" ") for code in codes)
    assert any(count == 2 for count in codes.values())
    assert any(code.lower() != code and code.lower() in codes for code in codes)


def test_prices_come_in_tiers_and_currencies(books: Ledger) -> None:
    """All tiers are in AUD, some items have a VIP price in USD, cost is in either currency."""
    tiers = Counter(tier for option in books.options for tier in option.prices)
    assert {"retailAUD", "wholesaleAUD", "vipAUD", "vipUSD", "costAUD", "costUSD"} == set(tiers)
    assert tiers["vipAUD"] < tiers["retailAUD"]


def test_a_price_change_touches_the_option_and_not_its_product(along: list[Ledger]) -> None:
    """Every four days some option has another price while its product was not modified."""
    for before, after in pairwise(along):
        old = {option.key: option for option in before.options}
        products = {product.id: product for product in after.products}
        changed = [
            option
            for option in after.options
            if option.key in old and option.prices != old[option.key].prices
        ]
        assert changed
        assert any(products[each.product_id].modified_at < each.modified_at for each in changed)


def test_products_appear_change_and_end(along: list[Ledger]) -> None:
    """Within 120 days products are launched, edited, made inactive, and an option is disabled."""
    first, last = along[0], along[-1]
    assert len(last.products) >= len(first.products) + 10
    old = {product.id: product for product in first.products}
    pairs = [(old[each.id], each) for each in last.products if each.id in old]
    assert any(before.sub_category != after.sub_category for before, after in pairs)
    assert any(
        before.status != "Inactive" and after.status == "Inactive" for before, after in pairs
    )
    status = {option.key: option.status for option in first.options}
    assert any(
        option.status == "Disabled" and status.get(option.key, "Disabled") != "Disabled"
        for option in last.options
    )


def test_a_few_products_have_no_options(books: Ledger) -> None:
    """A product can stand in the list with nothing to sell."""
    with_options = {option.product_id for option in books.options}
    without = [product for product in books.products if product.id not in with_options]
    assert 1 <= len(without) <= 10


def test_new_products_are_not_sold_before_they_could_arrive(books: Ledger, now: datetime) -> None:
    """What was launched in the last 30 days stands on no sales order yet."""
    young = {each.id for each in books.options if each.created_at > now - timedelta(days=29)}
    sold = {line.option_id for order in books.sales_orders for line in order.lines}
    assert young
    assert not young & sold


def test_money_and_quantities_have_at_most_four_decimals(books: Ledger) -> None:
    """Prices are rounded to four decimals and quantities of documents to two."""
    assert all(
        price == round(price, 4) for option in books.options for price in option.prices.values()
    )
    lines = [line for order in books.sales_orders for line in order.lines]
    assert all(line.quantity == round(line.quantity, 2) for line in lines)
    fractions = [line for line in lines if line.quantity % 1]
    assert 0 < len(fractions) < len(lines) * Decimal("0.1")
