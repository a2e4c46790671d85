"""The `cin7` command: what each command answers, what it refuses, and with which exit code."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Timer

import httpx
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin7_pipeline.cli import app
from cin7_pipeline.pipeline import exclusive
from cin7_pipeline.sandbox.server.server import SandboxServer
from tests.load.company import NOW, Company
from tests.shop import API_KEY, enter, environment, open_shop

CIN7 = [sys.executable, "-c", "from cin7_pipeline.cli import app; app()"]


def cin7(*arguments: str) -> Result:
    """The command in this process."""
    return CliRunner().invoke(app, arguments)


def cin7_process(
    company: Company, *arguments: str, **variables: str
) -> subprocess.CompletedProcess:
    """The command in a process of its own, as a scheduler starts it."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    return subprocess.run(  # noqa: S603
        [*CIN7, *arguments],
        env={**known, **environment(company), **variables},
        cwd=company.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


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


def calls(company: Company) -> int:
    """Requests that the account has seen."""
    assert company.server is not None
    return len(company.server.requests)


def test_check_names_every_permission_the_calls_left_and_the_zone(shop: Company) -> None:
    """A key that may read everything passes, and the reader learns what is left of the day."""
    result = cin7("check")
    assert result.exit_code == 0
    assert result.stdout.count("may read") == result.stdout.count("× Read") >= 9
    assert "Calls left today: " in result.stdout
    assert "Time zone: Australia/Sydney" in result.stdout


def test_a_wrong_key_ends_in_one_line_that_does_not_show_it(shop: Company) -> None:
    """A refused key is told once, with where to look, and appears nowhere in the output."""
    result = cin7_process(shop, "check", CIN7_API_KEY="not-the-key-4711")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "401" in result.stderr
    assert "CIN7_API_KEY" in result.stderr
    assert "4711" not in result.stderr + result.stdout


def test_a_missing_permission_is_named_with_its_endpoint(shop: Company) -> None:
    """A key without a toggle fails the check, and the toggle is named; the others are checked too."""
    with SandboxServer(shop, clock=lambda: NOW, limits=None, forbidden={"Stock"}) as server:
        result = cin7_process(shop, "check", CIN7_BASE_URL=server.base_url)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.endswith("switch on: Stock × Read\n")
    assert "v1/Stock: Cin7 answered 403" in " ".join(result.stdout.split())
    assert "may read" in result.stdout


def test_a_sync_without_a_permission_says_which(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync fails with the endpoint and the toggle, and the sync of others is kept."""
    with SandboxServer(shop, clock=lambda: NOW, limits=None, forbidden={"Branches"}) as server:
        monkeypatch.setenv("CIN7_BASE_URL", server.base_url)
        result = cin7("sync", "--entity", "branches", "--entity", "contacts")
    assert result.exit_code == 1
    assert "v1/Branches: Cin7 answered 403" in result.stderr
    assert "Branches × Read" in result.stderr
    assert shop.raw("select count(*) from raw.contacts") == [(2,)]


@pytest.mark.parametrize("command", [["check"], ["sync"], ["build"]])
def test_a_wrong_settings_file_is_refused_before_anything_is_asked(
    shop: Company, command: list[str]
) -> None:
    """File, line, column and value of a wrong setting are named, and no call is spent."""
    folder = shop.folder / "settings"
    folder.mkdir()
    (folder / "warehouses.csv").write_text(
        "branch_id,warehouse,is_enabled\n3,Main,yes\nfive,Store,perhaps\n"
    )
    result = cin7(*command)
    assert result.exit_code == 1
    assert f"{folder / 'warehouses.csv'}:3: branch_id is 'five'" in result.stderr
    assert f"{folder / 'warehouses.csv'}:3: is_enabled is 'perhaps'" in result.stderr
    assert calls(shop) == 0


def test_a_wrong_variable_is_named_with_its_value(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time zone that is none is refused with an example of one."""
    monkeypatch.setenv("CIN7_TIME_ZONE", "Sydney")
    result = cin7("check")
    assert result.exit_code == 1
    assert "CIN7_TIME_ZONE='Sydney'" in result.stderr
    assert "Australia/Sydney" in result.stderr


def test_a_short_lookback_is_warned_about(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lookback that a week's outage would break is allowed, with a warning."""
    monkeypatch.setenv("CIN7_LOOKBACK_DAYS", "3")
    result = cin7("status")
    assert result.exit_code == 0
    assert "CIN7_LOOKBACK_DAYS=3 is below 7" in result.stderr


def test_an_unknown_entity_is_refused_with_the_ones_there_are(shop: Company) -> None:
    """A misspelt entity syncs nothing and is answered with the right names."""
    result = cin7("sync", "--entity", "sales_orders", "--entity", "nonsense")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "cin7: nonsense: no such entity; the entities are sales_orders,"
    )
    assert calls(shop) == 0


def test_a_sync_of_no_days_is_a_usage_error(shop: Company) -> None:
    """Looking back zero days would read nothing."""
    assert cin7("sync", "--days", "0").exit_code == 2


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


def test_a_resync_ends_with_a_receipt_of_the_months_it_changed(synced: Company) -> None:
    """What was corrected in Cin7 since is in the receipt, in units and value by month."""
    price = synced.orders[0]["lineItems"][0]["unitPrice"]
    synced.orders[0]["lineItems"][0]["unitPrice"] = price + 2
    synced.orders[0]["modifiedDate"] = f"{NOW - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"
    result = cin7("resync", "--from", "2026-06-01", "--to", "2026-06-30")
    assert result.exit_code == 0
    assert "Months whose sales changed" in result.stdout
    (row,) = [row.split() for row in result.stdout.splitlines() if row.startswith("2026-06  ")]
    _, units, value, units_now, value_now = row
    assert units == units_now
    assert float(value_now) - float(value) == 4.0


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-06-02", "2026-06-01", "--to 2026-06-01 lies before --from 2026-06-02; swap them"),
        ("2026-07-09", "2026-07-10", "--from 2026-07-09 lies in the future"),
    ],
)
def test_an_impossible_range_is_refused(shop: Company, first: str, last: str, words: str) -> None:
    """A range that ends before it begins, or has not begun, costs nothing."""
    result = cin7("resync", "--from", first, "--to", last)
    assert result.exit_code == 1
    assert words in result.stderr
    assert calls(shop) == 0


def test_a_day_that_is_none_is_a_usage_error(shop: Company) -> None:
    """Days are written as year, month, day."""
    assert cin7("resync", "--from", "1.6.2026", "--to", "2026-06-30").exit_code == 2


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


def test_a_build_before_anything_was_read_makes_empty_tables(shop: Company) -> None:
    """Models hold on an empty account, without a call."""
    result = cin7("build")
    assert result.exit_code == 0
    assert "Built and audited" in result.stdout
    assert calls(shop) == 0
    assert shop.raw("select count(*) from planning.sales_lines") == [(0,)]


def test_a_publish_before_anything_was_built_is_refused(shop: Company) -> None:
    """There is nothing to publish, so nothing is, and the remedy is named."""
    result = cin7("publish")
    assert result.exit_code == 1
    assert "cin7 " in result.stderr
    assert not (shop.folder / "planning.duckdb").exists()


def test_a_second_publish_flips_the_link(synced: Company) -> None:
    """Publishing again makes a new release and says where people read it."""
    result = cin7("publish")
    assert result.exit_code == 0
    assert str(synced.folder / "planning.duckdb") in "".join(result.stdout.split())


def test_a_second_command_waits_and_says_whose_run_it_waits_for(synced: Company) -> None:
    """Two runs never overlap: the second names the first, waits, and then does its work."""
    run = exclusive(synced.settings(), "daily_sync of the scheduler", lambda _: None)
    run.__enter__()
    Timer(1.0, lambda: run.__exit__(None, None, None)).start()
    result = cin7("publish")
    assert result.exit_code == 0
    assert "Waiting for another run to end: daily_sync of the scheduler (PID " in result.stderr
    assert len(result.stderr.splitlines()) == 1


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


def test_why_before_anything_was_read_says_how_to_begin(shop: Company) -> None:
    """Without a database the answer is the command that makes one."""
    result = cin7("why", "SO-1")
    assert result.exit_code == 1
    assert "cin7 sync" in result.stderr


def test_the_sandbox_serves_until_it_is_interrupted(shop: Company) -> None:
    """The address and key it prints open it, and Ctrl-C ends it."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CIN7_")}
    with subprocess.Popen(  # noqa: S603
        [*CIN7, "sandbox", "--port", "0"],
        env={**known, "CIN7_DATA_DIR": str(shop.folder)},
        cwd=shop.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(4)]
        url = next(line for line in printed if "Serving" in line).split()[4].rstrip(";")
        key = next(line for line in printed if "CIN7_API_KEY" in line).split("CIN7_API_KEY=")[1]
        answer = httpx.get(f"{url}/v1/Branches?rows=1", auth=("sandbox", key.strip()), timeout=30)
        process.send_signal(subprocess.signal.SIGINT)
        process.wait(timeout=10)
    assert answer.status_code == 200
    assert len(answer.json()) == 1


def test_a_taken_port_is_refused(shop: Company) -> None:
    """A port that somebody listens on is named, and another one asked for."""
    assert shop.server is not None
    port = shop.server.base_url.rsplit(":", 1)[1].split("/")[0]
    result = cin7("sandbox", "--port", port)
    assert result.exit_code == 1
    assert f"Port {port} on 127.0.0.1 is not free" in result.stderr


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


def test_half_a_pair_of_credentials_is_refused_without_showing_it(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key without its username is a mistake, not a wish for the sandbox."""
    monkeypatch.delenv("CIN7_USERNAME")
    result = cin7("check")
    assert result.exit_code == 1
    assert "CIN7_USERNAME is missing" in result.stderr
    assert API_KEY not in result.output
