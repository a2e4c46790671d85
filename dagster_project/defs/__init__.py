"""Modules whose definitions Dagster loads; anything else belongs one folder up."""
