"""This package writes the ledger as Cin7 does: full records, camelCase, null-rich, ready for JSON."""
