"""The merchant's books in Cin7's own words: full records, camelCase, null-rich, ready for JSON."""
