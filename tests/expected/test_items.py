"""Which item a line speaks of, and how a line is spread over its sizes."""

from decimal import Decimal


def lines(tables):
    """Every sales line as (option, size, sku, quantity)."""
    return [
        (row["product_option_id"], row["size"], row["sku"], row["quantity"])
        for row in tables["sales_lines"]
    ]


def excluded(tables):
    """Every excluded line as (size, rule)."""
    return [(row["size"], row["rule"]) for row in tables["excluded_lines"]]


def test_a_line_finds_its_item_by_option(shop):
    """The option id decides, whatever the line's code says."""
    shop.option(2, "B")
    shop.sale(1, shop.line(option_id=1, code="B", quantity=3))
    assert lines(shop.tables()) == [(1, "", "A", 3)]


def test_sizes_become_one_row_each(shop):
    """A line with sizes has one row per size, each its own item."""
    shop.option(2, "B-S", "S")
    shop.option(2, "B-M", "M")
    shop.sale(1, shop.line(option_id=2, quantity=5, sizes=[("S", "B-S", 2), ("M", "B-M", 3)]))
    assert lines(shop.tables()) == [(2, "S", "B-S", 2), (2, "M", "B-M", 3)]


def test_a_size_that_stands_twice_is_summed(shop):
    """The same size twice on a line is one row."""
    shop.option(2, "B-S", "S")
    sizes = [("S", "B-S", 2), ("S", "B-S", 3)]
    shop.sale(1, shop.line(option_id=2, quantity=5, sizes=sizes))
    assert lines(shop.tables()) == [(2, "S", "B-S", 5)]


def test_an_unsized_line_takes_the_only_size_of_its_option(shop):
    """Without sizes, an option's single item is meant whatever its size."""
    shop.option(2, "B-U", "One size")
    shop.sale(1, shop.line(option_id=2))
    assert lines(shop.tables()) == [(2, "One size", "B-U", 1)]


def test_an_unsized_line_of_a_size_grid_is_description_only(shop):
    """Without sizes, an option of several sizes is no item."""
    shop.option(2, "B-S", "S")
    shop.option(2, "B-M", "M")
    shop.sale(1, shop.line(option_id=2))
    assert excluded(shop.tables()) == [("", "description_only")]


def test_an_exact_code_finds_the_item_where_the_option_does_not(shop):
    """A line without a known option is matched by its code, case and spaces included."""
    shop.sale(1, shop.line(1, option_id=0, code="A"), shop.line(2, option_id=99, code="A"))
    shop.sale(2, shop.line(3, option_id=0, code="a"), shop.line(4, option_id=0, code="A "))
    tables = shop.tables()
    assert lines(tables) == [(1, "", "A", 1), (1, "", "A", 1)]
    assert excluded(tables) == [("", "description_only")] * 2


def test_a_code_of_two_items_finds_neither(shop):
    """A code that two items share matches nothing, and both options are reported."""
    shop.option(2, "A")
    shop.sale(1, shop.line(option_id=0, code="A"))
    tables = shop.tables()
    assert excluded(tables) == [("", "description_only")]
    assert shop.issues("description_only_line") == [1]
    assert shop.issues("duplicate_sku") == [1, 2]


def test_an_item_without_a_code_goes_by_its_size_code_then_its_option_code(shop):
    """The SKU falls back to productOptionSizeCode, then productOptionCode, then nothing."""
    shop.option(2, None, size_code="B-S", option_code="B")
    shop.option(3, "", option_code="C")
    shop.option(4, None)
    skus = {row["product_option_id"]: row["sku"] for row in shop.tables()["products"]}
    assert skus == {1: "A", 2: "B-S", 3: "C", 4: ""}


def test_a_size_is_matched_by_its_own_code(shop):
    """A size that its option lacks is matched by the code of the size, not of the line."""
    shop.option(2, "B-S", "S")
    sizes = [("Small", "B-S", 2), ("XL", "B-XL", 1)]
    shop.sale(1, shop.line(option_id=2, code="A", quantity=3, sizes=sizes))
    tables = shop.tables()
    assert lines(tables) == [(2, "S", "B-S", 2)]
    assert excluded(tables) == [("XL", "description_only")]


def test_two_sizes_that_are_one_item_are_summed(shop):
    """Size rows that resolve to one item share a grain and become one row."""
    shop.option(2, "B-S", "S")
    sizes = [("S", "B-S", 2), ("Small", "B-S", 3)]
    shop.sale(1, shop.line(option_id=2, quantity=5, sizes=sizes))
    assert lines(shop.tables()) == [(2, "S", "B-S", 5)]


def test_what_was_shipped_is_spread_over_sizes_without_losing_a_unit(shop):
    """Shares are rounded cumulatively, so they add up to the line's own figure."""
    for size in "SML":
        shop.option(2, f"B-{size}", size)
    sizes = [("S", "", 1), ("M", "", 1), ("L", "", 1)]
    shop.sale(1, shop.line(option_id=2, quantity=3, done=2, discount=1, sizes=sizes))
    rows = shop.tables()["sales_lines"]
    assert [str(row["quantity"]) for row in rows] == ["0.6667", "0.6666", "0.6667"]
    assert [str(row["discount"]) for row in rows] == ["0.3333", "0.3334", "0.3333"]


def test_a_line_whose_sizes_add_up_to_nothing_is_all_in_its_first_size(shop):
    """Where no size was ordered, the first one takes what was shipped."""
    shop.option(2, "B-S", "S")
    shop.option(2, "B-M", "M")
    sizes = [("S", "", 0), ("M", "", 0)]
    shop.sale(1, shop.line(option_id=2, quantity=0, done=4, sizes=sizes))
    assert [row["quantity"] for row in shop.tables()["sales_lines"]] == [4, 0]


def test_products_show_the_price_of_the_tier_and_the_cost_in_its_currency(shop):
    """The default tier's first currency decides which cost stands beside the price."""
    prices = {"wholesaleNZD": 9, "WholesaleAUD": 8, "costAUD": 4, "costNZD": 5, "retailAUD": 20}
    shop.option(2, "B", prices={key: Decimal(value) for key, value in prices.items()})
    row = shop.tables()["products"][1]
    assert (row["unit_price"], row["currency"], row["unit_cost"]) == (8, "AUD", 4)
    row = shop.tables(price_tier="VIP")["products"][1]
    assert (row["unit_price"], row["currency"], row["unit_cost"]) == (None, None, 4)


def test_products_fall_back_to_the_weight_of_the_product(empty_shop):
    """An option without a weight weighs what its product does; kits are told by order type."""
    empty_shop.product(1, weight=3, order_type="KIT", supplier_id=0, name="Set")
    empty_shop.option(1, "A", weight=0)
    empty_shop.option(2, "B", weight=2, created_at="2026-06-01 14:30")
    empty_shop.option(3, "C", product_id=9)
    first, second, third = empty_shop.tables()["products"]
    assert (first["weight"], first["is_kit"], first["supplier_id"]) == (3, True, None)
    assert (second["weight"], str(second["created_on"])) == (2, "2026-06-02")
    assert (third["name"], third["weight"], third["is_kit"]) == (None, None, False)
