"""Read a Cin7 Omni account and turn it into tables that a planner can trust.

The data go through the packages in this order: `omni` reads Cin7, `load` writes what it read to schema `raw`,
`models` builds the planning tables, `warehouse` keeps and publishes them. `pipeline` has these steps as
functions; `README.md` says why they are built so. Nothing in here knows Dagster.
"""
