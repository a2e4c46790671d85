"""This package keeps DuckDB files: the one that is written, and the releases that people read.

What the planning tables hold is said in `sql/`, how they are built in `models`.
"""
