"""`python -m cin7_pipeline` is the `cin7` command."""

from cin7_pipeline.cli import app

app()
