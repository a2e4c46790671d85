"""From pages of JSON to raw tables: gather, type, merge with dlt, mark what is deleted, log the load."""
