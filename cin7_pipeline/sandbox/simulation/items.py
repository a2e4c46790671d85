"""This module writes the merchant's products: kind, names, codes, prices, options and kit components.

Chance decides names and prices; which oddity a product has follows from its number alone, so that
every account of some size has each of them. How products change over time is in `catalogue`.
"""

import random
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from functools import cached_property

from cin7_pipeline.sandbox.ledger import Option, Pack, Product

FIRST_PRODUCT_ID, FIRST_OPTION_ID = 1201, 34010
OPTION_IDS_PER_PRODUCT = 10
GARMENT_SIZES = ("S", "M", "L", "XL")
COLOURS = ("Navy", "Sand", "Olive", "Rust", "Slate", "Plum")
GOODS = {
    "Drinkware": ("CUP", "Cup", "Bottle", "Carafe", "Mug"),
    "Bags": ("BAG", "Tote", "Backpack", "Pouch", "Satchel"),
    "Pantry": ("PAN", "Granola", "Honey", "Olive Oil", "Tea"),
    "Home": ("HOM", "Candle", "Throw", "Vase", "Tray"),
    "Fabric": ("FAB", "Linen", "Canvas", "Cotton", "Wool"),
}
# A category has each of these once among its first 24 products, so that hardly any two names are the same.
LINES = (
    "Arden", "Birch", "Cove", "Dune", "Elm", "Fern", "Grove", "Heath", "Isle", "Juno", "Kelp", "Loft",
    "Moor", "Nest", "Oak", "Pier", "Quay", "Reef", "Sage", "Tide", "Umber", "Vale", "Wren", "Yarrow",
)  # fmt: skip
BRANDS = ("Wattle & Co", "Saltbush", "Bluegum", "")


class Kind(Enum):
    """What is particular about a product."""

    SINGLE = "one option"
    COLOURS = "two options"
    GRID = "two options on a size grid"
    GRID_WITHOUT_CODES = "two options on a size grid, code null"
    BY_THE_METRE = "sold in fractions"
    ONE_DISABLED = "two options, the second disabled"
    TRAILING_SPACE = "a space at the end of its code"
    KIT = "a kit"
    INACTIVE = "inactive from the start"
    SAME_CODE = "shares its code with the product before it"
    OTHER_CASE = "its code is the lower case of the code of the product before it"
    WITHOUT_OPTIONS = "no options"
    DOLLAR_COST = "two options, bought in USD, VIP price in USD too"
    UNPRICED = "no prices; code null on an unsized option"


KINDS = (
    Kind.SINGLE, Kind.COLOURS, Kind.COLOURS, Kind.GRID, Kind.BY_THE_METRE,
    Kind.COLOURS, Kind.ONE_DISABLED, Kind.TRAILING_SPACE, Kind.DOLLAR_COST, Kind.GRID_WITHOUT_CODES,
    Kind.KIT, Kind.SINGLE, Kind.SAME_CODE, Kind.SINGLE, Kind.OTHER_CASE,
    Kind.GRID, Kind.INACTIVE, Kind.WITHOUT_OPTIONS, Kind.DOLLAR_COST, Kind.UNPRICED,
)  # fmt: skip
MADE_EVERY, MADE_PLACES = 40, (11, 13)
NESTED_KIT_NUMBER = 30
RARE = {Kind.SAME_CODE, Kind.OTHER_CASE, Kind.WITHOUT_OPTIONS, Kind.UNPRICED, Kind.TRAILING_SPACE}
GRIDS = {Kind.GRID, Kind.GRID_WITHOUT_CODES}
WITHOUT_CODES = {Kind.GRID_WITHOUT_CODES, Kind.UNPRICED}
TWO_COLOURS = GRIDS | {Kind.COLOURS, Kind.ONE_DISABLED, Kind.DOLLAR_COST}


def kind_of(number: int, initial: int) -> Kind:
    """Return the kind of the `number`-th product.

    Only the first twenty and every third twenty have rare kinds; what is launched later (`initial`
    and up) is a plain product or a size grid.
    """
    kind = KINDS[number % len(KINDS)]
    if number >= initial:
        return kind if kind in {Kind.COLOURS, Kind.GRID, Kind.DOLLAR_COST} else Kind.SINGLE
    if kind in RARE and number // len(KINDS) % 3:
        return Kind.SINGLE
    return kind


@dataclass(frozen=True)
class Article:
    """One option in all its sizes, as buyers and sellers think of it; kits name their components."""

    product: Product
    options: tuple[Option, ...]
    popularity: float
    cost: Decimal
    in_fractions: bool = False

    @cached_property
    def option_id(self) -> int:
        """The id all its size rows share."""
        return self.options[0].id

    @cached_property
    def is_sized(self) -> bool:
        """True on a size grid."""
        return self.options[0].size != ""

    @property
    def line_code(self) -> str:
        """What a document's line calls it: the option's code, not the size's."""
        first = self.options[0]
        return first.option_code if self.is_sized or first.code is None else first.code


def make_product(
    number: int, kind: Kind, supplier_id: int, at: datetime, rng: random.Random
) -> Product:
    """Return the product with that number, created `at`."""
    category = list(GOODS)[number % len(GOODS)]
    if kind is Kind.BY_THE_METRE:
        category = "Fabric"
    prefix, *names = GOODS[category]
    name = rng.choice(names)
    line = LINES[number // len(GOODS) % len(LINES)]
    return Product(
        id=FIRST_PRODUCT_ID + number,
        style_code=f"{prefix}-{1000 + number}",
        name=f"{rng.choice(('Daily', 'Coastal', 'Studio', 'Heritage'))} {name} {line}",
        brand=rng.choice(BRANDS),
        category=category,
        sub_category=name if number % 3 else "",
        supplier_id=supplier_id if number % 31 != 30 else 0,
        order_type="Kit" if kind is Kind.KIT else "Order",
        status="Inactive" if kind is Kind.INACTIVE else ("Public", "ShowInB2B")[number % 9 == 8],
        stock_control="FIFO" if number % 12 else "Batch",
        weight=Decimal(rng.randint(50, 4000)) / 1000,
        volume=Decimal(rng.randint(5, 400)) / 10000,
        created_at=at,
        modified_at=at,
        custom_fields={"products_1011": f"HS-{4200 + number}"} if number % 4 == 0 else {},
    )


def make_articles(
    number: int, kind: Kind, product: Product, rng: random.Random, before: "Article | None"
) -> list[Article]:
    """Return the options of a product; two kinds have nearly the code of the article `before`."""
    if kind is Kind.WITHOUT_OPTIONS:
        return []
    colours = rng.sample(COLOURS, 2) if kind in TWO_COLOURS else [""]
    cost = Decimal(rng.randint(250, 6000)) / 100
    articles = []
    for place, colour in enumerate(colours):
        code = _code(kind, product, colour, before)
        option_id = FIRST_OPTION_ID + number * OPTION_IDS_PER_PRODUCT + place
        prices = _prices(kind, cost, rng)
        options = _options(kind, product, colour, code, id=option_id, prices=prices)
        popularity = 1 / ((15 if kind is Kind.KIT else 3) + rng.randint(0, 60))
        articles.append(
            Article(product, options, popularity, cost, in_fractions=kind is Kind.BY_THE_METRE)
        )
    return articles


def _code(kind: Kind, product: Product, colour: str, before: Article | None) -> str:
    if kind is Kind.SAME_CODE and before is not None:
        return before.line_code
    if kind is Kind.OTHER_CASE and before is not None:
        return before.line_code.lower()
    code = f"{product.style_code}-{colour[:3].upper()}" if colour else product.style_code
    return f"{code} " if kind is Kind.TRAILING_SPACE else code


def _options(
    kind: Kind, product: Product, colour: str, code: str, *, id: int, prices: dict[str, Decimal]
) -> tuple[Option, ...]:
    sizes = GARMENT_SIZES if kind in GRIDS else ("",)
    is_first = id % OPTION_IDS_PER_PRODUCT == 0
    status = "Primary" if is_first or id % 3 else "Active"
    if kind is Kind.ONE_DISABLED and not is_first:
        status = "Disabled"
    size_codes = [f"{code}  -{size}" if size else None for size in sizes]
    return tuple(
        Option(
            id=id,
            size=size,
            product_id=product.id,
            status=status,
            code=None if kind in WITHOUT_CODES else size_code or code,
            option_code=code,
            size_code=size_code,
            supplier_code=f"S{product.supplier_id}-{id}",
            barcode=f"93{id:010d}{index}" if product.id % 7 else "",
            option_1=colour,
            option_2="",
            option_3="",
            weight=Decimal(0) if is_first else product.weight,
            prices=prices,
            created_at=product.created_at,
            modified_at=product.modified_at,
            packs=_packs(kind, product, code),
        )
        for index, (size, size_code) in enumerate(zip(sizes, size_codes, strict=True))
    )


def _packs(kind: Kind, product: Product, code: str) -> tuple[Pack, ...]:
    """Return inner pack and carton of every third product that is sold by the piece."""
    if kind is Kind.BY_THE_METRE or kind in GRIDS or product.id % 3:
        return ()
    inner, carton = Decimal(6), Decimal(12 if product.id % 2 else 24)
    return (
        Pack(f"{code}-6", inner),
        Pack(f"{code}-CTN", carton, f"S{product.supplier_id}-{product.id}C"),
    )


def _prices(kind: Kind, cost: Decimal, rng: random.Random) -> dict[str, Decimal]:
    if kind is Kind.UNPRICED:
        return {}
    retail = (cost * Decimal("2.6")).quantize(Decimal("0.05"))
    prices = {
        "retailAUD": retail,
        "wholesaleAUD": (retail * Decimal("0.5125")).quantize(Decimal("0.0001")),
        "vipAUD": (retail * Decimal("0.8")).quantize(Decimal("0.01")),
    }
    if kind is Kind.DOLLAR_COST:
        prices["vipUSD"] = (retail * Decimal("0.53")).quantize(Decimal("0.01"))
        return prices | {"costUSD": cost}
    if rng.random() < 0.1:
        del prices["vipAUD"]
    return prices | {"costAUD": cost}


def is_exploded(kit: Product) -> bool:
    """Return whether orders list the components of a kit; of every other kit they list only the kit."""
    return (kit.id - FIRST_PRODUCT_ID) // len(KINDS) % 2 == 0


def is_made(product: Product) -> bool:
    """Return whether the merchant makes it itself."""
    return (
        product.order_type != "Kit" and (product.id - FIRST_PRODUCT_ID) % MADE_EVERY in MADE_PLACES
    )
