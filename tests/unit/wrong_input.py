"""Wrong input of every kind, declared once: what is tried, and the words with which it must be refused.

By variable, by cell of a settings file, by argument of a command, and by type of a field of the API. How it
is tried stands in `refusals.py`; that nothing is without a case is asserted in `test_refusals.py`.
"""

from typing import Any

from pydantic import BaseModel

from cin7_pipeline.settings import (
    ChannelRule,
    CustomerGroupRule,
    CustomFieldRule,
    NotStockedRule,
    WarehouseRule,
)
from cin7_pipeline.settings.planning_rules import (
    ItemLink,
    ReplenishmentRule,
    StockHistoryRow,
    StocktakeRow,
)

Cases = list[tuple[str, str]]
DIGITS = "is no whole number; write digits only, like 90"
COUNT: Cases = [
    *((text, DIGITS) for text in ("many", "1_000", "1e3", "7.5", "0x10", "９", "9" * 40)),
    ("0", "greater than or equal to 1"),
    ("-5", "greater than or equal to 1"),
    ("9" * 20, "less than or equal to"),
]
SHARE: Cases = [
    ("half", "valid number"),
    ("0", "greater than 0"),
    ("1.1", "less than or equal to 1"),
    ("nan", "less than or equal to 1"),
    ("-inf", "greater than 0"),
]
SECRET: Cases = [
    (" key", "begins or ends with a blank"),
    ("key\n", "begins or ends with a blank"),
    ("k\ney", "holds a line break"),
]
SECRET_ADDRESS: Cases = [
    *SECRET[1:2],
    *((t, "is no web address; write it in full") for t in ("a.b/c", "ftp://a.b", "https://")),
]
DAY: Cases = [
    *(
        (t, "is no day; write one like")
        for t in ("2023", "0", "1672531200", "1.1.2023", "2023-02-30")
    ),
    *((text, "lies outside 2000 to 2100") for text in ("0001-01-01", "9999-12-31")),
]
VARIABLES: dict[str, Cases] = {
    "USERNAME": [*SECRET, ("user:name", "holds a colon")],
    "API_KEY": SECRET,
    "BASE_URL": [
        (text, "is no address of an API; write one like https://api.cin7.com/api")
        for text in (
            "api.cin7.com",
            "ftp://api.cin7.com",
            "https://",
            "https://[",
            "https://user:key@api.cin7.com",
            "https://api.cin7.com/api?key=1",
            "https://api.cin7.com:99999",
            "https://a b",
        )
    ],
    "TIME_ZONE": [
        (text, "is no IANA time zone; write one like Australia/Sydney")
        for text in (
            "Sydney",
            "+10:00",
            "../UTC",
            "America",
            "localtime",
            "right/UTC",
            "'; drop table x",
        )
    ],
    "DATA_DIR": [
        (text, "cannot hold a database") for text in ("a\\b", "a?b", "md:cin7", "s3://cin7")
    ]
    + [("~nobody-of-that-name/data", "is no user")],
    "ACCOUNTS_DIR": [("~nobody-of-that-name/data", "is no user")],
    "THREADS": [*COUNT, ("1001", "less than or equal to 1000")],
    "LOOKBACK_DAYS": [*COUNT, ("3651", "less than or equal to 3650")],
    "LOOKBACK_DAYS_FOR": [
        ("90", "write one variable an entity"),
        ("[]", "write one variable an entity"),
        ("{", "write one variable an entity"),
        ('{"orders": 9}', "is no entity; the entities are"),
        ('{"stock": 0}', "greater than or equal to 1"),
    ],
    "SKIP_ENTITIES": [
        (text, "may only name branch_transfers, credit_notes, adjustments,")
        for text in (
            "quotes",
            "stock",
            "bom_masters,sales_orders",
            "bom_masters;contacts",
            ",",
            "[]",
        )
    ],
    "HISTORY_START": DAY,
    "SANDBOX_OPENED_ON": DAY,
    "CALLS_PER_SECOND": COUNT,
    "CALLS_PER_MINUTE": COUNT,
    "CALLS_PER_DAY": [*COUNT, ("500", "CIN7_CALLS_RESERVED must be below CIN7_CALLS_PER_DAY")],
    "CALLS_RESERVED": [
        ("some", DIGITS),
        ("-1", "greater than or equal to 0"),
        ("5000", "CIN7_CALLS_RESERVED must be below CIN7_CALLS_PER_DAY"),
    ],
    "GONE_SHARE_LIMIT": SHARE,
    "REJECTED_SHARE_LIMIT": SHARE,
    "FORECAST_ENGINES": [
        *((text, "may only name folders of data/forecasts") for text in ("Nixtla", "a;b", "a,,b")),
        ("mine,other,mine", "names an engine twice"),
    ],
    "FORECAST_MAX_AGE_DAYS": COUNT,
    "FORECAST_MEAN_COLUMN": [(" ", "is blank"), ("a\nb", "holds a line break")],
    "PRICE_TIER": [(" ", "is blank"), ("whole\nsale", "holds a line break")],
    "STALE_AFTER_DAYS": COUNT,
    "ETD_MEANS": [
        (text, "write 'delivery' or 'departure'") for text in ("arrival", "Delivery", "1")
    ],
    "SHIPS_FROM": [(text, "write 'branch' or 'distribution_branch'") for text in ("3", "Branch")],
    "SELLS_WITHOUT_STOCK": [(text, "write 'no' or 'yes'") for text in ("maybe", "2", "Yes")],
    "DEFAULT_LEAD_DAYS": COUNT,
    "DEFAULT_TRANSFER_DAYS": COUNT,
    "OVERDUE_LIMIT_DAYS": COUNT,
    "DEFAULT_BRANCH_ID": COUNT,
    "KEEP_RELEASES": COUNT,
    "PAST_RELEASES": [(text, "write 'thinned' or 'none'") for text in ("all", "5")],
    "ERASE_AFTER_DAYS": [("some", DIGITS), ("-1", "greater than or equal to 0")],
    "MEMORY_LIMIT_MB": [
        *((text, words) for text, words in COUNT if text not in ("0", "-5")),
        ("499", "greater than or equal to 500"),
    ],
    "PUBLISH_TO": [
        *SECRET[1:2],
        *(
            (text, "is no lake; write one like ducklake:postgres:dbname=lake")
            for text in ("lake", "postgresql://a/b", "ducklake:lake.db", "ducklake:postgres:")
        ),
        ("ducklake:postgres:dbname=lake", "CIN7_LAKE_FILES is missing"),
    ],
    "LAKE_FILES": [
        (text, "is neither a folder nor a place like s3://")
        for text in ("s3://", "gs://a/b", "a?b")
    ],
    "LAKE_NAME": [(text, "is no plain word") for text in ("My lake", "1st", "Lake", '"', "x" * 41)],
    "LAKE_KEEP_DAYS": [*COUNT, ("3651", "less than or equal to 3650")],
    "LAKE_PYTHON": [("~nobody-of-that-name/python", "is no user")],
    "ALERT_URL": SECRET_ADDRESS,
    "HEARTBEAT_URL": SECRET_ADDRESS,
    "AS_OF": [
        *(
            (text, "is no timestamp; write one like")
            for text in ("now", "2026", "5", "2026-06-31T00:00:00Z")
        ),
        ("0001-01-01T00:00:00+10:00", "lies outside 2000 to 2100"),
        ("9999-12-31T23:59:59-12:00", "lies outside 2000 to 2100"),
    ],
}
# A secret is only looked at beside the rest of an account.
BESIDE = {
    "USERNAME": {"CIN7_API_KEY": "key", "CIN7_TIME_ZONE": "UTC"},
    "API_KEY": {"CIN7_USERNAME": "user", "CIN7_TIME_ZONE": "UTC"},
}
FLAG: Cases = [(text, "is neither; write yes or no") for text in ("", "maybe", "2", "WAHR")]
NAME: Cases = [("", "is blank; write a name")]
UNITS: Cases = [("-1", "greater than or equal to 0"), ("few", "valid decimal")]
CELLS: dict[type[BaseModel], dict[str, Cases]] = {
    ChannelRule: {
        "priority": [
            *((text, DIGITS) for text in ("", "first", "1.5")),
            ("1000000", "less than 1000000"),
        ],
        "field": [(text, "write 'source', 'reference'") for text in ("", "sauce", "SOURCE")],
        "pattern": NAME,
        "channel": NAME,
        "is_included": FLAG,
    },
    WarehouseRule: {
        "branch_id": [
            *((text, DIGITS) for text in ("", "three", "3.0")),
            ("-1", "greater than or equal to 0"),
            ("9" * 19, "less than or equal to 9223372036854775807"),
        ],
        "warehouse": [*NAME, ("unmapped", "may not be called 'unmapped'")],
        "is_enabled": FLAG,
    },
    CustomerGroupRule: {
        "group": [("Staff", "stands twice; keep one row")],
        "is_included": FLAG,
    },
    NotStockedRule: {
        "field": [(text, "write 'category', 'sub_category'") for text in ("", "sku")],
        "pattern": [*NAME, ("freight%", "stands twice; keep one row")],
    },
    CustomFieldRule: {
        "entity": [
            (text, "has no custom fields that are read") for text in ("", "stock", "Products")
        ],
        "cin7_field": [
            (text, "is no code of a custom field") for text in ("", "a b", "a,b", "x)", "'")
        ],
        "name": NAME,
    },
    ReplenishmentRule: {
        "sku": [("A-1", "stands twice; keep one row")],
        "category": [("Bags", "keep one of them")],
        "supplier_id": [("0", "greater than or equal to 1"), ("Acme", DIGITS)],
        "warehouse": [("Main", "stands twice; keep one row")],
        "is_planned": [("maybe", "is neither; write yes or no")],
        "review_days": [("0", "greater than or equal to 1"), ("weekly", DIGITS)],
        "lead_days": [("-1", "greater than or equal to 0"), ("2 weeks", DIGITS)],
        "service_level": [
            ("95", "less than or equal to 0.999"),
            ("0.4", "greater than or equal to 0.5"),
            ("95%", "valid decimal"),
        ],
        "safety_days": [("-1", "greater than or equal to 0"), ("1.5", DIGITS)],
        "min_stock": [*UNITS, ("21", "min_stock 21 is above max_stock 20")],
        "max_stock": UNITS,
        "moq": UNITS,
        "multiple": [("0", "greater than 0"), ("dozen", "valid decimal")],
        "source": [("Main", "source is the warehouse itself; name another")],
    },
    StocktakeRow: {
        "sku": [("", "Field required")],
        "branch": [("Main", "stands twice; keep one row")],
        "safety_stock": UNITS,
        "optimal_stock": UNITS,
    },
    ItemLink: {
        "from_sku": [*NAME, ("B", "cannot begin with its own sales")],
        "to_sku": [*NAME, ("B", "stands twice; keep one row")],
        "kind": [("", "write 'successor' or 'like'"), ("copy", "'successor' or 'like'")],
        "share": [("0", "greater than 0"), ("80%", "valid decimal"), ("", "valid decimal")],
        "from_day": [("1.7.2026", "is no day; write one like"), ("", "is no day")],
    },
    StockHistoryRow: {
        "sku": NAME,
        "warehouse": NAME,
        "day": [
            ("31.12.2025", "is no day; write one like"),
            ("2025-12-31", "stands twice; keep one row"),
        ],
        "on_hand": [("", "valid decimal"), ("few", "valid decimal")],
    },
}
FILES: dict[type[BaseModel], tuple[str, str]] = {
    ChannelRule: ("channels.csv", "1,source,%web%,Web,yes"),
    WarehouseRule: ("warehouses.csv", "3,Main,yes"),
    CustomerGroupRule: ("customer_groups.csv", "Staff,no"),
    NotStockedRule: ("not_stocked.csv", "code,Freight%"),
    CustomFieldRule: ("custom_fields.csv", "products,products_1,Season"),
    ReplenishmentRule: ("replenishment.csv", "A-1,,,Main,yes,7,30,0.95,,5,20,6,6,supplier"),
    StocktakeRow: ("stocktake_master.csv", "A-1,Main,5,20"),
    ItemLink: ("item_links.csv", "A,B,successor,1,2026-07-01"),
    StockHistoryRow: ("stock_history.csv", "A-1,Main,2025-12-31,4"),
}
USAGE, REFUSED = 2, 1
Calls = list[tuple[list[str], int, str]]
ARGUMENTS: dict[str, Calls] = {
    "sync days": [
        *((["--days", text], USAGE, "'--days'") for text in ("0", "-1", "ten", "1e3", "")),
        (["--days", "7", "--whole"], USAGE, "leave out --days"),
    ],
    "status max_age": [
        (["--max-age", text], USAGE, "'--max-age'") for text in ("0", "-1", "26h", "a day", "")
    ],
    "sync entity": [
        (["--entity", text], REFUSED, "no such entity; the entities are sales_orders,")
        for text in ("orders", "", "Stock", "'; drop table x --")
    ],
    "resync first": [
        *(
            (["--from", text, "--to", "2026-06-30"], USAGE, "'--from'")
            for text in ("1.6.2026", "2026-13-01", "yesterday", "", "2026-06-01T00:00")
        ),
        (["--from", "2099-01-01", "--to", "2099-01-02"], REFUSED, "lies in the future"),
        (["--to", "2026-06-30"], USAGE, "Missing option '--from'"),
    ],
    "resync last": [
        *(
            (["--from", "2026-06-01", "--to", text], USAGE, "'--to'")
            for text in ("30.6.2026", "2026-02-30", "now", "")
        ),
        (["--from", "2026-06-02", "--to", "2026-06-01"], REFUSED, "swap them"),
        (["--from", "2026-06-01"], USAGE, "Missing option '--to'"),
    ],
    "build selectors": [
        *(
            ([text], REFUSED, "There is no model ")
            for text in ("", "+", "core", "raw.stock+", "core.nothing*", "'; drop table x --")
        ),
        (["core.todai+"], REFUSED, "did you mean core.today"),
    ],
    "build into": [(["--into", "."], USAGE, "is a directory")],
    "orders days": [
        (["--days", text], USAGE, "'--days'") for text in ("-1", "366", "week", "1.5", "")
    ],
    "orders csv": [(["--csv", "/etc/passwd"], USAGE, "is a file")],
    "publish to": [
        (["--to", "planning-1"], USAGE, "add --rollback"),
        (["--rollback", "--to", "'; drop table x --"], REFUSED, "cin7: "),
    ],
    "backup restore": [(["--restore", "nowhere.duckdb"], REFUSED, "nowhere.duckdb does not exist")],
    "forget what": [
        ([], USAGE, "Missing argument"),
        *(([text], USAGE, "is not one of") for text in ("", "everything", "PAUSE")),
    ],
    "sandbox port": [
        (["--port", text], USAGE, "'--port'") for text in ("x", "", "80.5", "-1", "70000")
    ],
    "why file": [(["SO-1", "--file", "no.duckdb"], USAGE, "does not exist")],
    "why asked": [
        ([], USAGE, "Missing argument"),
        *(([text], REFUSED, "say what to look for") for text in ("", " ", "#", " # ")),
    ],
}
NESTED: list[Any] = [[], {}, [1], {"a": 1}]
FIELDS: dict[str, list[Any]] = {
    "ID": ["x", "5.5", True, 5.5, [], {}],
    "TEXT": NESTED,
    "TEXT_NOT_NULL": NESTED,
    "TIMESTAMP": ["yesterday", "2026-02-30T00:00:00Z", "2026-07-07", 7, True, 5.5, *NESTED],
    "DECIMAL": ["much", "NaN", "Infinity", 10**14, -(10**14), True, [], {}],
    "DECIMAL_8": ["much", "NaN", "Infinity", 10**10, -(10**10), True, [], {}],
    "BOOLEAN": ["yes", 2, 5.5, [], {}],
    "EMAIL_HASH": NESTED,
    "EMAIL_VALIDITY": NESTED,
    "JSON_LIST": ["S", 7, {"name": "S"}, [7], ["S"], [[]]],
    # Any JSON is right there.
    "JSON": [],
    "CUSTOM_FIELDS": [],
}
