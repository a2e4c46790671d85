"""DuckDB files: the one we write (connections, run lock, tables), and the one that people read (releases).

What the planning tables hold is said in `sql/`, how they are built in `models`.
"""
