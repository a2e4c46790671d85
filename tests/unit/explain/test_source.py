"""Which file answers: while a run is on, before anything is built or read, and after a later read."""

from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.errors import PipelineError, WarehouseBusy
from cin7_pipeline.explain import source as why_source
from tests.sample_shop import SKU, open_shop, read, sale, sync
from tests.unit.explain.explain_helpers import ask, document, item, text
from tests.unit.load.fake_account import Company


def test_a_run_in_progress_leads_to_the_published_file(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a run holds the database the published tables answer, and the answer says so."""
    monkeypatch.setattr(why_source, "WAIT_SECONDS", 0.0)
    with duckdb.connect(str(shop.settings().warehouse_path)):
        found = ask(shop, "so-1")
        order = document(shop, "SO-2")
        sku = item(shop)
    assert found.source.is_published
    assert "A run holds the database" in text(found)
    assert [(d.match["document_id"], d.state) for d in found.documents] == [
        (101, "dispatched"),
        (102, "void"),
    ]
    assert (order.state, order.is_deleted) == ("approved", None)
    assert [s["warehouse"] for s in sku.tables["Stock as Cin7 says"]] == ["Main DC", "Store"]


def test_without_a_published_file_a_run_in_progress_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing can be read, the error names who holds the database."""
    monkeypatch.setattr(why_source, "WAIT_SECONDS", 0.0)
    with (
        open_shop(tmp_path) as company,
        duckdb.connect(str(tmp_path / "warehouse.duckdb")),
        pytest.raises(WarehouseBusy, match="in use"),
    ):
        ask(company, "SO-1")


def test_a_later_read_is_told_apart_from_what_the_tables_show(tmp_path: Path) -> None:
    """An order that was read but not built of yet is found, and a vanished one is marked gone."""
    with open_shop(tmp_path) as company:
        sync(company)
        company.orders.append(sale(110, "SO-9", age=0.1))
        company.orders[:] = [order for order in company.orders if order["id"] != 107]
        read(company)
        answer = ask(company, "SO-9")
        assert (answer.documents[0].state, answer.documents[0].lines[0]["table"]) == (None, None)
        assert "run `cin7 build`" in text(answer)
        sync(company)
        gone = document(company, "SO-4")
        assert gone.is_deleted
        assert list(gone.rules_of_all_lines) == ["gone"]
        assert document(company, "SO-9").state == "dispatched"


def test_before_anything_is_built_documents_are_found_all_the_same(tmp_path: Path) -> None:
    """Without a single table of ours the answer is what Cin7 said."""
    with open_shop(tmp_path) as company:
        read(company)
        found = document(company, "SO-2")
        assert (found.state, found.read_at is not None) == (None, True)
        assert [line["code"] for line in found.lines] == [SKU]


def test_before_anything_was_read_the_way_to_begin_is_told(tmp_path: Path) -> None:
    """A fresh folder has no database to ask."""
    with open_shop(tmp_path) as company, pytest.raises(PipelineError, match="cin7 sync"):
        ask(company, "SO-1")
