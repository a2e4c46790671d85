"""Settings: environment variables and the CSV files that people edit in a spreadsheet.

This package reads and checks them, and reports every fault at once. It does not decide what they do.
`environment` holds the variables (`CIN7_…`), `business` the files; `validators` and `csv_reader` serve both.
"""

from cin7_pipeline.settings.business import (
    DEFAULT_CHANNEL_RULES,
    UNMAPPED,
    BusinessSettings,
    ChannelRule,
    CustomerGroupRule,
    CustomFieldRule,
    NotStockedRule,
    WarehouseRule,
    load_business_settings,
)
from cin7_pipeline.settings.environment import SANDBOX_TIME_ZONE, Settings, load_settings

__all__ = [
    "DEFAULT_CHANNEL_RULES",
    "SANDBOX_TIME_ZONE",
    "UNMAPPED",
    "BusinessSettings",
    "ChannelRule",
    "CustomFieldRule",
    "CustomerGroupRule",
    "NotStockedRule",
    "Settings",
    "WarehouseRule",
    "load_business_settings",
    "load_settings",
]
