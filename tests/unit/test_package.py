"""The package that `uvx` and the container install."""

import subprocess
import sys
import zipfile
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_the_wheel_holds_all_that_a_run_reads(tmp_path: Path) -> None:
    """A wheel has every SQL model and every part of the page, as a clone has."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory"]
    subprocess.run(  # noqa: S603 - our own command
        [*command, tmp_path], cwd=PROJECT, check=True, capture_output=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())

    models = {f"cin7_pipeline/{path.relative_to(PROJECT)}" for path in PROJECT.glob("sql/**/*.*")}
    page = {str(path.relative_to(PROJECT)) for path in PROJECT.glob("cin7_pipeline/page/*.*")}

    assert models
    assert models | page <= held
