"""The `cin7` command: what each command answers, what it refuses, and with which exit code."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from threading import Timer

import duckdb
import httpx
import pytest

from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.pipeline import run_lock
from tests.alert_server import open_alert_server
from tests.sample_shop import CIN7, SKU, calls, cin7, enter, open_shop
from tests.unit.load.fake_account import NOW, Company


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The shop before its first sync, which this process finds in its environment."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        yield company


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The shop after one `cin7 sync`."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        open_shop(tmp_path_factory.mktemp("synced")) as company,
    ):
        enter(company, monkeypatch)
        result = cin7("sync")
        assert result.exit_code == 0, result.output
        assert "Published" in result.stdout
        yield company


@pytest.fixture
def synced(opened: Company, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The same, found in the environment of this test."""
    enter(opened, monkeypatch)
    return opened


def test_help_names_every_entity() -> None:
    """Whoever reads only one of them need not look up what it is called."""
    words = set(re.findall(r"[a-z_]+", cin7("sync", "--help").stdout))
    assert ENDPOINTS.keys() <= words


def test_check_names_every_permission_the_calls_left_and_the_zone(shop: Company) -> None:
    """A key that may read everything passes, and the reader learns what is left of the day."""
    result = cin7("check")
    assert result.exit_code == 0
    assert result.stdout.count("may read") == result.stdout.count("× Read") >= 9
    assert "Calls left today: " in result.stdout
    assert "Time zone: Australia/Sydney" in result.stdout


def test_a_short_lookback_is_warned_about(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookback that a week's outage would break is allowed, with a warning."""
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS", "3")
    result = cin7("status")
    assert result.exit_code == 0
    assert "CIN7_LOOKBACK_DAYS=3 is below 7" in result.stderr


def test_old_data_fail_the_status_and_are_told(
    synced: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--max-age` is for a job that looks each hour: exit code 1 and one alert where data are older."""
    with open_alert_server() as alerts:
        monkeypatch.setenv("CIN7_ALERT_URL", alerts.url)
        assert cin7("status", "--max-age", "26").exit_code == 0
        monkeypatch.setenv("CIN7_AS_OF", (NOW + timedelta(hours=30)).isoformat())
        result = cin7("status", "--max-age", "26")
    assert result.exit_code == 1
    assert "30 hours old, more than the 26 allowed" in result.stderr
    [message] = alerts.posted
    assert "30 hours old" in message["text"]


def test_what_is_to_be_ordered_is_shown_and_written_for_an_import(synced: Company) -> None:
    """An order below the least stock of the settings is listed, and is a row of the file for its kind."""
    rules = synced.folder / "settings" / "replenishment.csv"
    rules.parent.mkdir(exist_ok=True)
    rules.write_text(f"sku,warehouse,min_stock\n{SKU},Main DC,500\n")
    assert cin7("publish").exit_code == 0
    result = cin7("orders", "--days", "365", "--csv", str(synced.folder / "orders"))
    rules.unlink()
    assert result.exit_code == 0
    assert "purchase " in result.stdout
    written = (synced.folder / "orders" / "purchase_orders.csv").read_text("utf-8-sig")
    header, row, *_ = written.splitlines()
    assert header.startswith("Order Reference,Company,Branch,Code,Name,Qty,")
    assert f",{SKU}," in row


def test_one_entity_can_be_read_alone(synced: Company) -> None:
    """`--entity` and `--days` narrow the read; tables are rebuilt and published all the same."""
    before = calls(synced)
    result = cin7("sync", "--entity", "sales_orders", "--days", "10")
    assert result.exit_code == 0
    assert "2026-06-20 to now" in result.stdout
    assert "purchase_orders" not in result.stdout
    assert 0 < calls(synced) - before <= 3


def test_a_dry_run_tells_the_price_and_calls_nobody(synced: Company) -> None:
    """The price of history is estimated from what is held, without a single call."""
    before = calls(synced)
    result = cin7("resync", "--from", "2026-01-01", "--to", "2026-03-31", "--dry-run")
    assert result.exit_code == 0
    assert "Estimated calls: about" in result.stdout
    assert "of a day's calls" in result.stdout
    assert calls(synced) == before


def test_the_price_holds_what_is_read_behind_the_documents(synced: Company) -> None:
    """A re-sync of days like those held costs the calls that were told before it, every entity's."""
    days = ("--from", "2026-05-01", "--to", "2026-05-31")
    price = cin7("resync", *days, "--dry-run").stdout
    before = calls(synced)
    assert cin7("resync", *days).exit_code == 0
    (together,) = re.findall(r"together +(\d+)", price)
    assert {"stock", "branches"} <= set(price.split())
    assert calls(synced) - before <= int(together)


def test_a_resync_ends_with_a_receipt_of_the_months_it_changed(synced: Company) -> None:
    """What was corrected in Cin7 since is in the receipt, in units and value by month."""
    price = synced.orders[0]["lineItems"][0]["unitPrice"]
    synced.orders[0]["lineItems"][0]["unitPrice"] = price + 2
    synced.orders[0]["modifiedDate"] = f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    result = cin7("resync", "--from", "2026-06-01", "--to", "2026-06-30")
    assert result.exit_code == 0
    assert "Months whose sales changed" in result.stdout
    (row,) = [row.split() for row in result.stdout.splitlines() if row.startswith("2026-06 AUD ")]
    _, _, units, value, units_now, value_now = row
    assert units == units_now
    assert float(value_now) - float(value) == 4.0


def test_status_before_anything_ran_says_how_to_begin(shop: Company) -> None:
    """A fresh folder has a status too."""
    result = cin7("status")
    assert result.exit_code == 0
    assert "Nothing is published yet: run `cin7 sync`." in result.stdout
    assert calls(shop) == 0


def test_status_tells_each_read_the_release_and_first_queries(synced: Company) -> None:
    """After a sync, each entity's last read and the published file are named, and queries work."""
    result = cin7("status", "--queries")
    assert result.exit_code == 0
    assert "2026-06-30 20:00 UTC" in result.stdout
    assert "planning.duckdb → planning-" in " ".join(result.stdout.split())
    assert "What is on its way" in result.stdout
    assert "PO-1" in result.stdout


def test_an_entity_that_fails_costs_the_command_its_success_and_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All else is read and published, planners and `cin7 status` are told, and the command ends with 1."""
    with open_shop(tmp_path, forbidden={"PurchaseOrders"}) as shop:
        enter(shop, monkeypatch)
        result = cin7("sync")
        assert result.exit_code == 1
        assert "Published" in result.stdout
        assert "Not read, so that the earlier data stay: purchase_orders" in result.stderr
        assert "PurchaseOrders × Read" in result.stderr
        assert shop.raw("select count(*) from raw.stock_snapshots") == [(1,)]
        with duckdb.connect(str(shop.folder / "planning.duckdb"), read_only=True) as connection:
            told = "select detail from planning.data_issues where issue = 'not_read'"
            ((detail,),) = connection.execute(told).fetchall()
        assert detail.startswith("purchase orders were never read. Reading fails since 2026-06-30")
        status = cin7("status")
        assert "purchase_orders cannot be read since 2026-06-30 20:00 UTC" in status.stderr
        assert "PurchaseOrders × Read" in status.stderr


def test_a_first_sync_that_fails_whole_publishes_nothing(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a wrong key there is nothing to publish, and the key is what the command talks of."""
    monkeypatch.setenv("CIN7_API_KEY", "not-the-right-one")
    result = cin7("sync")
    assert result.exit_code == 1
    assert "CIN7_API_KEY" in result.stderr
    assert not (shop.folder / "planning.duckdb").exists()


def test_a_build_checks_every_table_and_publishes_none(synced: Company) -> None:
    """Whoever edits a model or a settings file learns whether it holds; people are not disturbed."""
    releases = synced.folder / "releases"
    before = sorted(path.name for path in releases.iterdir())
    result = cin7("build")
    assert result.exit_code == 0
    assert "Built and audited" in result.stdout
    assert "nothing is published" in result.stdout
    assert sorted(path.name for path in releases.iterdir()) == before


def test_a_build_can_be_kept_to_look_at(synced: Company, tmp_path: Path) -> None:
    """Whoever writes a model finds its rows, and those of what it is made of, in a file of their own."""
    kept = tmp_path / "scratch.duckdb"
    assert cin7("build", "core.items", "--into", str(kept)).exit_code == 0
    with duckdb.connect(kept, read_only=True) as connection:
        for table in ("core.items", "staging.product_options"):
            assert connection.execute(f"select count(*) > 0 from {table}").fetchall() == [(True,)]


def test_a_build_takes_selectors(synced: Company) -> None:
    """Only what a selector names, and what that is made of, is built; a misspelt one is refused at once."""
    result = cin7("build", "core.today", "planning.sync_cov*")
    assert "Built and audited 3 tables" in result.stdout
    refused = cin7("build", "core.todai+")
    assert refused.exit_code == 1
    assert "did you mean core.today" in refused.stderr


def test_nothing_is_published_before_anything_was_read(shop: Company) -> None:
    """Empty tables would say that nothing exists; planners get none until something was read."""
    for command in ("build", "publish"):
        refused = cin7(command)
        assert refused.exit_code == 1
        assert "run `cin7 sync`" in refused.stderr
    assert not (shop.folder / "planning.duckdb").exists()


def test_a_second_publish_flips_the_link(synced: Company) -> None:
    """Publishing again makes a new release and says where people read it."""
    result = cin7("publish")
    assert result.exit_code == 0
    assert str(synced.folder / "planning.duckdb") in "".join(result.stdout.split())


def test_a_second_command_waits_and_says_whose_run_it_waits_for(synced: Company) -> None:
    """Two runs never overlap: the second names the first, waits, and then does its work."""
    run = run_lock(synced.settings(), "daily_sync of the scheduler", lambda _: None)
    run.__enter__()
    Timer(1.0, lambda: run.__exit__(None, None, None)).start()
    result = cin7("publish")
    assert result.exit_code == 0
    assert "Waiting for another run to end: daily_sync of the scheduler (PID " in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_skipped_endpoint_is_never_asked_for_and_its_tables_are_empty(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account without a module is checked, read and published without it, and every place says so."""
    monkeypatch.setenv("CIN7_SKIP_ENTITIES", "production_jobs,bom_masters")
    check, sync, status = cin7("check"), cin7("sync"), cin7("status")
    price = cin7("resync", "--from", "2026-06-01", "--to", "2026-06-30", "--dry-run")
    assert [each.exit_code for each in (check, sync, status, price)] == [0, 0, 0, 0]
    assert check.stdout.count("skipped") == 2
    assert "Skipped by CIN7_SKIP_ENTITIES, so not read any more: bom_masters" in status.stdout
    assert "production_jobs" not in sync.stdout + price.stdout
    assert shop.server is not None
    asked = {request.path for request in shop.server.requests}
    assert not [path for path in asked if path.endswith(("ProductionJobs", "BomMasters"))]
    query = "select entity from planning.sync_status where is_skipped order by all"
    with duckdb.connect(shop.folder / "planning.duckdb", read_only=True) as connection:
        assert connection.execute(query).fetchall() == [("bom_masters",), ("production_jobs",)]
    assert shop.raw("select count(*) from raw.production_job_products") == [(0,)]


def test_why_tells_what_a_document_and_an_item_stand_at(synced: Company) -> None:
    """A reference and a SKU are both answered, with exit code 0."""
    order, item = cin7("why", "1001"), cin7("why", "MUG-1")
    words = cin7("why", "PO", "77")
    assert (order.exit_code, item.exit_code, words.exit_code) == (0, 0, 0)
    assert "(id 101)" in words.stdout
    assert "Sales order #1001 (id 103): dispatched" in order.stdout
    assert "channel_excluded: the settings leave out the channel Shopify" in order.stdout
    assert "Item 'MUG-1' (option 7)" in item.stdout


def test_why_fails_where_nothing_has_the_name(synced: Company) -> None:
    """Nothing found is exit code 1, with what was searched and what to do."""
    result = cin7("why", "nonsense")
    assert result.exit_code == 1
    assert "Nothing is called 'nonsense'" in result.stdout
    assert "cin7 resync --from" in result.stdout


def test_the_sandbox_serves_until_it_is_interrupted(shop: Company) -> None:
    """The address and key it prints open it, and Ctrl-C ends it."""
    opened_on = datetime.now(UTC).date() - timedelta(days=20)
    known = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    with subprocess.Popen(  # noqa: S603
        [*CIN7, "sandbox", "--port", "0"],
        env={**known, "CIN7_DATA_DIR": str(shop.folder), "CIN7_SANDBOX_OPENED_ON": str(opened_on)},
        cwd=shop.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Who runs the tests in the background of a shell has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(4)]
        url = next(line for line in printed if "Serving" in line).split()[4].rstrip(";")
        key = next(line for line in printed if "CIN7_API_KEY" in line).split("CIN7_API_KEY=")[1]
        answer = httpx.get(f"{url}/v1/Branches?rows=1", auth=("sandbox", key.strip()), timeout=30)
        process.send_signal(signal.SIGINT)
        process.wait(timeout=10)
    assert answer.status_code == 200
    assert len(answer.json()) == 1


def test_ctrl_c_ends_a_command_with_a_sentence(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever stops a sync learns that nothing is lost, and sees no traceback."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cin7_pipeline.commands.sync.sync_with_progress", stop)
    result = cin7("sync")
    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1].startswith("cin7: stopped; nothing is lost")


def test_without_credentials_the_sandbox_is_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody takes the simulated account for their own."""
    for name in ("CIN7_USERNAME", "CIN7_API_KEY", "CIN7_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CIN7_DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    result = cin7("status")
    assert result.exit_code == 0
    assert "No credentials are set: this is the sandbox account." in result.stdout


def test_a_price_waits_for_the_run_that_is_going_on(synced: Company) -> None:
    """A re-sync, and its price alone, stand in the same queue as everything else."""
    asked = ("resync", "--from", "2026-06-01", "--to", "2026-06-02", "--dry-run")
    with ThreadPoolExecutor(1) as pool:
        with run_lock(synced.settings(), "another run", print):
            result = pool.submit(cin7, *asked)
            with pytest.raises(TimeoutError):
                result.result(timeout=3)
        priced = result.result(timeout=60)
    assert priced.exit_code == 0, priced.output
    assert "Waiting for another run to end: another run" in priced.stderr


def test_a_misspelt_command_is_asked_back_once() -> None:
    """One suggestion is enough, and the version is told without a data folder."""
    assert cin7("whyy").output.count("Did you mean") == 1
    assert cin7("--version").output == f"{version('cin7-pipeline')}\n"
