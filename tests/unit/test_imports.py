"""What may import what: rooms in the order of the floor plan, and the wall around the sandbox."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SANDBOX = "cin7_pipeline.sandbox"
OF_THE_SANDBOX = sorted((ROOT / "cin7_pipeline" / "sandbox").rglob("*.py"))
OF_THE_PRODUCT = sorted(
    {*ROOT.glob("cin7_pipeline/**/*.py"), *ROOT.glob("dagster_project/**/*.py")} - {*OF_THE_SANDBOX}
)


def floors() -> dict[str, int]:
    """Return the rooms of the library, each with its line in the floor plan of its README."""
    plan = (ROOT / "cin7_pipeline" / "README.md").read_text("utf-8").split("```")[1]
    lines = [re.split(" {3,}", line)[0] for line in plan.strip().splitlines()]
    return {room.strip("/"): floor for floor, line in enumerate(lines) for room in line.split()}


def imported(path: Path) -> set[str]:
    """Return the full names that a file imports anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            names |= {f"{node.module}.{each.name}" for each in node.names}
    return names


@pytest.mark.parametrize("path", OF_THE_SANDBOX, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_sandbox_imports_nothing_of_the_product(path: Path) -> None:
    """The sandbox is an account of its own: it knows neither the pipeline nor Dagster."""
    ours = ("cin7_pipeline", "dagster_project", "dagster")
    product = {name for name in imported(path) if name.split(".")[0] in ours}
    assert {name for name in product if not name.startswith(f"{SANDBOX}.")} == set()


def test_the_product_imports_one_name_of_the_sandbox() -> None:
    """Everything else of it may change without the product."""
    names = {name for path in OF_THE_PRODUCT for name in imported(path)}
    assert {name for name in names if name.startswith(SANDBOX)} == {f"{SANDBOX}.Sandbox"}


def test_imports_run_downwards() -> None:
    """No room of the library imports one that stands above it in the floor plan, which names all."""
    floor_of, upwards = floors(), []
    library = ROOT / "cin7_pipeline"
    rooms = {path.stem for path in library.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert rooms - {"__init__", "__main__", "__pycache__"} == floor_of.keys()
    for path in library.rglob("*.py"):
        room = path.relative_to(library).parts[0].removesuffix(".py")
        for name in imported(path):
            source, _, other = name.partition("cin7_pipeline.")
            below = other.split(".")[0]
            if not source and floor_of.get(below, 99) < floor_of.get(room, -1):
                upwards.append(f"{path}: {name}")
    assert upwards == []
