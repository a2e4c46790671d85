"""From pages of JSON to raw tables: decode, merge with dlt, mark what is gone, keep the ledger."""
