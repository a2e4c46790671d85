"""Read a Cin7 Omni account and turn it into tables that a planner can trust.

The way of the data is the way of the packages: `api` reads Cin7, `load` writes what it read to
schema `raw`, `models` turns raw tables into planning tables, `warehouse` keeps and publishes them.
`sandbox` is an account that runs on this machine. Nothing in here knows Dagster.
"""
