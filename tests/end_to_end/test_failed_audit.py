"""A run that fails its audit: planners keep what they have, and everybody is told that it is older."""

import hashlib
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from dagster_project.definitions import defs
from tests.sample_shop import CIN7, cin7, cin7_process, copied, enter, open_shop, read, sale, sync
from tests.unit.load.fake_account import NOW, Company

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
TOMORROW = NOW + timedelta(days=1)
# A line of no order: the audit finds it.
BREAK_A_RULE = "insert into raw.sales_order_lines (sales_order_id, id) values (999, 1)"
MEND_IT = "delete from raw.sales_order_lines where sales_order_id = 999"


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A shop that was published."""
    with open_shop(tmp_path_factory.mktemp("shop")) as company:
        sync(company)
        yield company


@pytest.fixture
def shop(synced: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The same a day later, whose data break a rule since."""
    with copied(synced, tmp_path / "data") as company:
        enter(company, monkeypatch)
        company.raw(BREAK_A_RULE)
        company.orders.append(sale(108, "SO-9", age=-0.5))
        monkeypatch.setenv("CIN7_AS_OF", TOMORROW.isoformat())
        yield company


def published(company: Company) -> dict[str, str]:
    """What people open: each file behind the links, by its content."""
    links = ("planning.duckdb", "cin7.duckdb", "parquet")
    files = [(company.folder / link).resolve() for link in links]
    files += sorted((company.folder / "parquet").resolve().iterdir())
    return {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in files
    }


def data_as_of(company: Company) -> str:
    """How old the published orders say they are."""
    with duckdb.connect(company.folder / "planning.duckdb", read_only=True) as connection:
        query = (
            "select data_as_of_at::varchar from planning.sync_status where entity = 'sales_orders'"
        )
        [(moment,)] = connection.execute(query).fetchall()
    return str(moment)


def test_the_command_publishes_nothing_and_says_so(shop: Company) -> None:
    """Exit code 1 and the broken rule; status says what failed since when; the file is not touched."""
    before = published(shop)
    failed = cin7_process(shop, "sync", CIN7_AS_OF=TOMORROW.isoformat())
    assert failed.returncode == 1
    assert "people keep the release they have" in failed.stderr
    assert published(shop) == before
    assert data_as_of(shop).startswith("2026-06-30 20:00")
    status = cin7("status")
    assert "What is published is older than what was read" in status.stderr
    assert "no release could be made since 2026-07-01 20:00 UTC: " in status.stderr
    assert "2026-06-30 20:00 UTC" in status.stdout
    shop.raw(MEND_IT)
    assert cin7("publish").exit_code == 0
    assert "older than what was read" not in cin7("status").stderr
    assert data_as_of(shop).startswith("2026-07-01 20:00")


def test_a_dagster_run_publishes_nothing_and_shows_the_failed_check(shop: Company) -> None:
    """The run is a FAILURE, the rule is a failed check of its asset, the file is not touched."""
    before = published(shop)
    with dg.DagsterInstance.ephemeral() as instance:
        job = defs().resolve_job_def("daily_sync")
        result = job.execute_in_process(instance=instance, run_config=QUIET, raise_on_error=False)
        run = instance.get_run_by_id(result.run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.FAILURE
    failed = [check for check in result.get_asset_check_evaluations() if not check.passed]
    assert dg.AssetCheckSeverity.ERROR in {check.severity for check in failed}
    assert published(shop) == before
    assert "no release could be made since 2026-07-01 20:00 UTC: " in cin7("status").stderr


def test_a_build_that_is_killed_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After SIGKILL in the middle of a build its draft is left, and the next one takes its place."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        read(company)
    draft = tmp_path / "releases" / ".draft.tmp" / "cin7.duckdb"
    with subprocess.Popen([*CIN7, "build"], stdout=subprocess.DEVNULL) as process:  # noqa: S603
        while not draft.exists():
            assert process.poll() is None
        process.kill()
    assert draft.exists()
    assert not (tmp_path / "planning.duckdb").exists()
    assert cin7("publish").exit_code == 0
    assert not draft.exists()
    assert (tmp_path / "planning.duckdb").exists()
