"""`cin7 backup` keeps what Cin7 cannot give again, and brings it back into a new warehouse."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cin7_pipeline.errors import PipelineError
from cin7_pipeline.pipeline import restore
from tests.sample_shop import cin7, enter, open_shop, read
from tests.unit.load.fake_account import Company, order

MAKEFILE = Path(__file__).parents[3] / "Makefile"
SNAPSHOTS = "from raw.stock_snapshots order by all"
DELETED = "select id, deleted_at from raw.sales_orders where deleted_at is not null"
TRANSIT = "from raw.transit_snapshots order by all"
LINES = "from raw.sales_order_lines where sales_order_id = 4711 order by all"
KEPT = (SNAPSHOTS, TRANSIT, DELETED, LINES, "from raw.sync_owner")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The shop after two reads, between which an order was deleted in Cin7."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        company.orders.append(order(4711, created=2))
        read(company)
        company.orders.pop()
        read(company)
        yield company


def only_backup(shop: Company) -> Path:
    """The one backup there is."""
    (path,) = (shop.folder / "backups").iterdir()
    return path


def test_a_lost_folder_gets_back_what_cin7_does_not_have(shop: Company) -> None:
    """Snapshots, deleted records with their lines, forecasts and the salt are back; loading goes on."""
    forecast = shop.settings().forecasts_dir / "mine" / "2026-06-30.csv"
    forecast.parent.mkdir(parents=True)
    forecast.write_text("unique_id,ds,mean")
    before, salt = [shop.raw(query) for query in KEPT], shop.settings().salt_path.read_bytes()
    assert all(before)
    assert cin7("backup").exit_code == 0
    path = only_backup(shop)
    assert path.stat().st_mode & 0o777 == 0o600
    shop.settings().warehouse_path.unlink()
    shop.settings().salt_path.unlink()
    forecast.unlink()
    result = cin7("backup", "--restore", str(path))
    assert result.exit_code == 0, result.output
    assert [shop.raw(query) for query in KEPT] == before
    assert shop.settings().salt_path.read_bytes() == salt
    assert forecast.read_text() == "unique_id,ds,mean"
    shop.raw("delete from raw.stock_snapshots")
    read(shop)
    assert shop.raw(DELETED) == before[KEPT.index(DELETED)]


def test_what_is_there_stays_as_it_is(shop: Company) -> None:
    """A restore into a warehouse that went on changes no snapshot and no record, and may be repeated."""
    assert cin7("backup").exit_code == 0
    path = only_backup(shop)
    shop.raw("update raw.stock_snapshots set stock_on_hand = 77")
    shop.raw("update raw.sales_orders set deleted_at = null")
    before = [shop.raw(query) for query in KEPT]
    assert not any(restore(shop.settings(), path).values())
    assert [shop.raw(query) for query in KEPT] == before


def test_another_accounts_backup_is_refused(shop: Company) -> None:
    """Snapshots of two accounts are never mixed."""
    assert cin7("backup").exit_code == 0
    shop.settings().warehouse_path.unlink()
    with pytest.raises(PipelineError, match="another account's backup"):
        restore(shop.settings(username="somebody"), only_backup(shop))


def test_what_is_no_backup_is_refused_in_words(shop: Company) -> None:
    """A file that is something else ends in one line and changes nothing."""
    other = shop.folder / "other.duckdb"
    other.write_text("no database")
    result = cin7("backup", "--restore", str(other))
    assert result.exit_code == 1
    assert "Traceback" not in result.output + result.stderr


@pytest.mark.parametrize("answer", ["", "n\n", "yes, no\n"])
def test_make_clean_asks_before_it_removes_a_thing(tmp_path: Path, answer: str) -> None:
    """Whoever does not say yes keeps everything; nobody there to ask is no yes."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "warehouse.duckdb").touch()
    make = [shutil.which("make") or "make", "-f", str(MAKEFILE), "-C", str(tmp_path), "clean"]
    asked = subprocess.run(make, input=answer, capture_output=True, text=True, check=False)  # noqa: S603
    assert asked.returncode != 0
    assert "cin7 backup" in asked.stdout
    assert (data / "warehouse.duckdb").exists()
