"""The Cin7 Omni API: what can be asked (`endpoints`), how (`where`), and by whom (`client`, `budget`).

Only GET exists here. What an answer means for a planner is decided in `sql/`, never here.
"""
