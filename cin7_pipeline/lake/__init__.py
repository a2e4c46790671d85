"""The lake: releases of many accounts side by side, as Parquet in an object store and tables in DuckLake.

It is for analysts and for the past; planners read their account's own file, lake or not. `publish` has
`upload` bring a release's files there, and `catalog` register them, which another Python does
(`ducklake_catalog`).
"""
