"""This package reads the Cin7 Omni API; `README.md` beside it says how that API behaves.

It only sends GET. What a record means for a planner is decided in `sql/`, never here.
"""
