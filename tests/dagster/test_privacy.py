"""Dagster's own files and its pages are for the user who runs it."""

import ipaddress
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from dagster_dg_cli.cli.dev import dev_command
from dagster_webserver.cli import dagster_webserver

MAKEFILE = Path(__file__).parents[2] / "Makefile"
# Stands in for Python and dg: tells the mode that Dagster's home has when they start.
PROGRAM = '#!/bin/sh\nls -ld "$DAGSTER_HOME" > started\n'


@pytest.mark.parametrize("target", ["run", "ui"])
def test_the_home_is_closed_before_it_is_used(tmp_path: Path, target: str):
    """`make run` and `make ui` close the home to other users, before Dagster writes into it."""
    shutil.copy(MAKEFILE, tmp_path)
    home = tmp_path / "data" / "dagster_home"
    home.mkdir(parents=True)
    home.chmod(0o755)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("python", "dg"):
        (programs / name).write_text(PROGRAM)
        (programs / name).chmod(0o755)
    for name in ("pyproject.toml", "requirements.lock", ".venv/bin/installed"):
        (tmp_path / name).touch()
    environment = {"PATH": os.environ["PATH"]}
    subprocess.run(["make", target], cwd=tmp_path, env=environment, check=True)  # noqa: S603, S607
    assert (tmp_path / "started").read_text().startswith("drwx------")


def test_the_pages_are_served_to_this_machine_only():
    """`make ui` asks for no host, and what Dagster then listens on is the loopback address."""
    recipe = re.search(r"^ui:.*\n(?:\t.+\n)*\t@?(.+)$", MAKEFILE.read_text(), re.M)
    assert recipe
    program, command, *arguments = shlex.split(recipe[1])
    assert (Path(program).name, command) == ("dg", "dev")
    asked = dev_command.make_context("dev", arguments).params["host"]
    [usual] = [option.default for option in dagster_webserver.params if option.name == "host"]
    assert ipaddress.ip_address(asked or usual).is_loopback
