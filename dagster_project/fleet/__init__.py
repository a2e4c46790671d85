"""The code location of a fleet: many accounts in one Dagster, a run each; README.md says how to run it."""
