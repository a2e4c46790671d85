"""DuckDB files: short connections to the one we write, and publishing the one that people read."""
