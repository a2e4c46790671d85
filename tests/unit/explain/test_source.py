"""Which file answers: the release that people read, or a copy of it, and never the warehouse."""

import shutil
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.explain import explain
from tests.sample_shop import SKU, cin7_process, open_shop, read, sale, sync
from tests.unit.explain.explain_helpers import ask, document
from tests.unit.load.fake_account import Company


@pytest.mark.parametrize("asked", ["SO-2", "ADJ-1", "PO 77", SKU])
def test_a_run_that_holds_the_warehouse_holds_nobody_up(shop: Company, asked: str) -> None:
    """While a run writes, every question is answered as ever."""
    before = cin7_process(shop, "why", asked)
    with duckdb.connect(str(shop.settings().warehouse_path)):
        during = cin7_process(shop, "why", asked)
    assert (during.returncode, during.stderr) == (0, "")
    assert during.stdout == before.stdout


def test_a_copy_of_the_release_answers_as_the_release_does(shop: Company, tmp_path: Path) -> None:
    """A planner with nothing but a copied file asks that file."""
    copy = tmp_path / "from a colleague.duckdb"
    shutil.copy(shop.settings().published_path, copy)
    elsewhere = {"CIN7_DATA_DIR": str(tmp_path / "none")}
    for asked in ("SO-4", SKU, "nonsense"):
        here = cin7_process(shop, "why", asked)
        there = cin7_process(shop, "why", asked, "--file", str(copy), **elsewhere)
        assert asked in here.stdout
        assert (there.returncode, there.stdout) == (here.returncode, here.stdout)


def test_a_copy_that_is_called_like_its_schema_says_what_to_do(
    shop: Company, tmp_path: Path
) -> None:
    """DuckDB cannot tell `planning` the file from `planning` the schema; the way out is told."""
    copy = tmp_path / "planning.duckdb"
    shutil.copy(shop.settings().published_path, copy)
    with pytest.raises(PipelineError, match=r"rename it to cin7\.duckdb"):
        explain(shop.settings(), SKU, copy)


def test_what_is_in_no_release_yet_is_not_found(own_shop: Company) -> None:
    """People and `cin7 why` see the same: what was read since comes with the next release."""
    own_shop.orders.append(sale(110, "SO-9", age=0.1))
    read(own_shop)
    answer = ask(own_shop, "SO-9")
    assert answer.advice is not None
    assert "comes with `cin7 sync`" in answer.advice
    sync(own_shop)
    assert document(own_shop, "SO-9").match["state"] == "dispatched"


@pytest.mark.parametrize("is_read", [False, True])
def test_before_anything_is_published_the_way_to_begin_is_told(
    tmp_path: Path, is_read: bool
) -> None:
    """Without a release there is nothing to ask, whatever has been read."""
    with open_shop(tmp_path) as company:
        if is_read:
            read(company)
        with pytest.raises(PipelineError, match=r"planning\.duckdb does not exist yet.*cin7 sync"):
            ask(company, "SO-1")


def test_a_release_of_an_earlier_version_is_refused_in_words(shop: Company, tmp_path: Path) -> None:
    """A file with the planning tables alone cannot say why, and what can is named."""
    file = tmp_path / "old.duckdb"
    with duckdb.connect(file) as connection:
        connection.execute("create schema planning")
    with pytest.raises(PipelineError, match=r"has no schema explain.*cin7 sync"):
        explain(shop.settings(), "SO-1", file)


def test_what_an_earlier_version_did_not_keep_is_told_where_it_is_asked_for(
    shop: Company, tmp_path: Path
) -> None:
    """A release that lacks one table still answers all that does not ask it."""
    file = tmp_path / "release of last week.duckdb"
    file.write_bytes(shop.settings().published_path.read_bytes())
    with duckdb.connect(file) as connection:
        connection.execute("drop table explain.short_forecasts")
    assert explain(shop.settings(), SKU, file).items
    with pytest.raises(PipelineError, match=r"lacks what .*cin7 sync.*short_forecasts"):
        explain(shop.settings(), SKU, file, is_full=True)


@pytest.mark.parametrize(("name", "code"), [("missing.duckdb", 2), ("notes.txt", 1)])
def test_a_file_that_is_no_release_is_refused(
    shop: Company, tmp_path: Path, name: str, code: int
) -> None:
    """A misspelt path is a usage error, and a file of another kind one line that names it."""
    (tmp_path / "notes.txt").write_text("not a database")
    result = cin7_process(shop, "why", "SO-1", "--file", str(tmp_path / name))
    assert result.returncode == code
    assert name in "".join(result.stderr.split("\n"))
    assert "Traceback" not in result.stderr
