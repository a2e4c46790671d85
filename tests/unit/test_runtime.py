"""Every way into the pipeline sets up its process first; the library sets up nothing by itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ENTRY_POINTS = {
    "the command": """
from typer.testing import CliRunner
from cin7_pipeline.cli import app
assert CliRunner().invoke(app, ["status"]).exit_code == 1
""",
    "python -m dagster_project": "from dagster_project.__main__ import main; assert main() == 1",
    "the Dagster definitions": "from dagster_project.definitions import defs; defs()",
}
NOT_A_ZONE = {"CIN7_TIME_ZONE": "nowhere"}  # ends what reads the settings before it does anything
SHOW = """
import logging, os
{code}
import pyarrow
print(oct(os.umask(0)), pyarrow.default_memory_pool().backend_name, os.getenv("RUNTIME__LOG_LEVEL"))
"""


def process_after(code: str, folder: Path, **variables: str) -> str:
    """The umask, Arrow's memory pool and dlt's level of logs in a process that has run the code."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    for name in ("ARROW_DEFAULT_MEMORY_POOL", "RUNTIME__LOG_LEVEL"):
        known.pop(name, None)
    process = subprocess.run(  # noqa: S603
        [sys.executable, "-c", SHOW.format(code=code)],
        env={**known, "CIN7_DATA_DIR": str(folder), **variables},
        cwd=folder,
        umask=0o022,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return process.stdout.splitlines()[-1]


@pytest.mark.parametrize("entry", ENTRY_POINTS)
def test_an_entry_point_sets_up_its_process(entry: str, tmp_path: Path) -> None:
    """What is made from then on is its user's alone, and libraries keep to what suits a load."""
    variables = {} if entry.endswith("definitions") else NOT_A_ZONE
    shown = process_after(ENTRY_POINTS[entry], tmp_path, **variables)
    assert shown == "0o77 system CRITICAL"


def test_the_library_leaves_the_process_as_it_is(tmp_path: Path) -> None:
    """A program that imports the pipeline and loads its settings keeps its own umask and libraries."""
    code = "import cin7_pipeline.pipeline; from cin7_pipeline.settings import load_settings; load_settings()"
    mask, pool, level = process_after(code, tmp_path).split()
    assert (mask, level) == ("0o22", "None")
    assert pool != "system"


def test_dlt_does_not_keep_what_standard_error_is_for_a_while(tmp_path: Path) -> None:
    """The bar that stands in for standard error during a read is gone when the process ends."""
    code = """
import io, sys
from cin7_pipeline.runtime import configure
configure()
sys.stderr = bar = io.StringIO()
import dlt; dlt.config["load.workers"] = 1  # its first use
assert logging.getLogger("dlt").handlers
assert all(getattr(each, "stream", None) is not bar for each in logging.getLogger("dlt").handlers)
"""
    process_after("import logging" + code, tmp_path)
