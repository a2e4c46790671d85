"""The account over HTTP: keys, limits, questions and answers the way Cin7 gives them, faults included.

Whose records are served is an `Account`'s business (`listing`); nothing here knows the merchant.
"""
