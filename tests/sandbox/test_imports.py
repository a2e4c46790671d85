"""The wall around the sandbox, in both directions."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SANDBOX = "cin7_pipeline.sandbox"
OF_THE_SANDBOX = sorted((ROOT / "cin7_pipeline" / "sandbox").rglob("*.py"))
OF_THE_PRODUCT = sorted(
    {*ROOT.glob("cin7_pipeline/**/*.py"), *ROOT.glob("dagster_project/**/*.py")} - {*OF_THE_SANDBOX}
)


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
