"""This package builds the files of `sql/` as ordered, checked tables; what the SQL means is said there."""
