"""Benchmarks: `make bench`. Costs of ways measured side by side in one run; `make test` never runs them."""
