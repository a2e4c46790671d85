"""Benchmarks: `make bench`. Ratios of two ways measured side by side in one run, never a test."""
