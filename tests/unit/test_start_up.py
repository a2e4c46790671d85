"""Nothing heavy is imported before it is needed: people wait for it, and so does every scheduled tick."""

import subprocess
import sys

import pytest

NEVER_BEFORE_A_RUN = {"dlt", "httpx", "pyarrow", "pandas", "numpy", "starlette", "uvicorn"}
SHOW_HELP = """
from typer.testing import CliRunner
from cin7_pipeline.cli import app
assert CliRunner().invoke(app, ["--help"]).exit_code == 0
"""
DEFINITIONS = "from dagster_project.definitions import defs; defs()"


def imported_by(code: str) -> set[str]:
    """The packages that a process of its own has imported after running the code."""
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    modules = process.stdout.split()
    return {name.partition(".")[0] for name in modules} | {
        name for name in modules if name.startswith("cin7_pipeline.")
    }


def test_the_library_imports_nothing_by_itself() -> None:
    """`import cin7_pipeline` is free; its modules are imported by who uses them."""
    ours = {name for name in imported_by("import cin7_pipeline") if name.startswith("cin7")}
    assert ours == {"cin7_pipeline"}


def test_help_imports_no_package_but_the_one_that_shows_it() -> None:
    """`cin7 --help` waits for no database, no settings and no screen."""
    found = imported_by(SHOW_HELP)
    assert "typer" in found
    assert not found & (NEVER_BEFORE_A_RUN | {"duckdb", "pydantic", "rich", "sqlglot"})


@pytest.mark.parametrize("command", ["status", "why", "tables"])
def test_a_command_that_reads_nothing_from_cin7_imports_no_loader(command: str) -> None:
    """What only looks at tables, or builds them, waits neither for dlt nor for the sandbox."""
    found = imported_by(f"import cin7_pipeline.commands.{command}")
    assert not found & {"dlt", "pyarrow", "cin7_pipeline.sandbox", "starlette"}


def test_the_definitions_import_nothing_that_only_a_run_needs() -> None:
    """Dagster loads the assets in every process it starts: without dlt, httpx and the sandbox."""
    found = imported_by(DEFINITIONS)
    assert "dagster" in found
    assert not found & {"dlt", "pyarrow", "pandas", "cin7_pipeline.sandbox", "starlette"}
