"""This package simulates a merchant: what is sold, bought, moved and mistaken, day by day."""
