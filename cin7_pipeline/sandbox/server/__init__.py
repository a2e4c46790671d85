"""This package serves an account over HTTP: key, limits, queries and answers as Cin7 gives them, faults too.

Whose records are served is an `Account`'s business (`listing`); nothing here knows the merchant.
"""
