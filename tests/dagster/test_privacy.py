"""Dagster's own files and its pages are for the user who runs it."""

import ipaddress
import re
import shlex
import stat
from pathlib import Path

import pytest
from dagster_dg_cli.cli.dev import dev_command
from dagster_webserver.cli import dagster_webserver

from dagster_project import definitions

MAKEFILE = Path(__file__).parents[2] / "Makefile"


def test_the_home_is_closed_before_it_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whoever loads the definitions, to run or to show them, closes the home to other users."""
    home = tmp_path / "dagster_home"
    home.mkdir()
    home.chmod(0o755)
    monkeypatch.setattr(definitions, "HOME", home)
    definitions.defs()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700


def test_the_home_is_the_one_that_make_uses():
    """What is closed is the folder that the Makefile gives to Dagster."""
    found = re.search(r"^export DAGSTER_HOME := \$\(CURDIR\)/(.+)$", MAKEFILE.read_text(), re.M)
    assert found
    assert MAKEFILE.parent / found[1] == definitions.HOME


def test_the_pages_are_served_to_this_machine_only():
    """`make ui` asks for no host, and what Dagster then listens on is the loopback address."""
    recipe = re.search(r"^ui:.*\n\t@?(.+)$", MAKEFILE.read_text(), re.M)
    assert recipe
    program, command, *arguments = shlex.split(recipe[1])
    assert (Path(program).name, command) == ("dg", "dev")
    asked = dev_command.make_context("dev", arguments).params["host"]
    [usual] = [option.default for option in dagster_webserver.params if option.name == "host"]
    assert ipaddress.ip_address(asked or usual).is_loopback
