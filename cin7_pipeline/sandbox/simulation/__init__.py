"""The life of the simulated merchant: what is sold, bought, moved and mistaken, day by day.

A pure function of seed and moment; its outcome are the books (`sandbox.ledger`).
"""
