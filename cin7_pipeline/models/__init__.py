"""The files of `sql/` as ordered, audited tables. What the SQL means is said in the files themselves."""
