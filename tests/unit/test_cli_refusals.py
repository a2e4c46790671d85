"""What the `cin7` command refuses: exit code 1, one line, what to do; and nothing is spent on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cin7_pipeline.errors import Cin7Rejected
from cin7_pipeline.models.catalogue import Catalogue, load_catalogue
from cin7_pipeline.models.sql_model import Check
from cin7_pipeline.omni.client import Cin7Client
from cin7_pipeline.sandbox.server.server import SandboxServer
from tests.sample_shop import API_KEY, calls, cin7, cin7_process, enter, open_shop
from tests.unit.load.fake_account import NOW, Company


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Company]:
    """The shop before its first sync, which this process finds in its environment."""
    with open_shop(tmp_path) as company:
        enter(company, monkeypatch)
        yield company


def test_a_wrong_key_ends_in_one_line_that_does_not_show_it(shop: Company) -> None:
    """A refused key is told once, with where to look, and appears nowhere in the output."""
    result = cin7_process(shop, "check", CIN7_API_KEY="a-key-of-nobody")
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "answered 401" in result.stderr
    assert "CIN7_API_KEY" in result.stderr
    assert "a-key-of-nobody" not in result.stderr + result.stdout


def test_a_check_without_network_ends_soon(shop: Company) -> None:
    """Who checks the connection is told after the second attempt that there is none."""
    assert shop.server is not None
    shop.server.stop()
    result = cin7_process(shop, "check")
    shop.server.start()
    assert result.returncode == 1
    assert "Given up after 2 attempts" in result.stderr


def test_a_missing_permission_is_named_with_its_endpoint(shop: Company) -> None:
    """A key without a toggle fails the check, and the toggle is named; the others are checked too."""
    with SandboxServer(shop, clock=lambda: NOW, limits=None, forbidden={"Stock"}) as server:
        result = cin7_process(shop, "check", CIN7_BASE_URL=server.base_url)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.endswith("switch on: Stock × Read\n")
    assert "v1/Stock: Cin7 answered 403" in " ".join(result.stdout.split())
    assert "may read" in result.stdout


def test_a_question_that_cin7_refuses_is_no_missing_permission(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 400 says nothing of the key: it fails the check too, and no toggle is asked for because of it."""
    refusals = {"v1/Stock": 400, "v1/Branches": 403}

    def get(_client: Cin7Client, path: str, _params: object) -> list[object]:
        if path in refusals:
            raise Cin7Rejected(f"{path}: Cin7 answered {refusals[path]}", refusals[path])
        return []

    monkeypatch.setattr(Cin7Client, "get", get)
    result = cin7("check")
    assert result.exit_code == 1
    assert "switch on: Branches × Read; " in result.stderr
    assert "Cin7 refused the question itself for stock" in result.stderr
    assert "Stock × Read" not in result.stderr
    assert "v1/Stock: Cin7 answered 400" in " ".join(result.stdout.split())


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


def test_an_unknown_entity_is_refused_with_the_ones_there_are(shop: Company) -> None:
    """A misspelt entity syncs nothing and is answered with the right names."""
    result = cin7("sync", "--entity", "sales_orders", "--entity", "nonsense")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "cin7: nonsense: no such entity; the entities are sales_orders,"
    )
    assert calls(shop) == 0


def test_a_skipped_entity_is_not_read_by_its_name_either(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks for what the settings skip learns which setting it is, and nothing is read."""
    monkeypatch.setenv("CIN7_SKIP_ENTITIES", "bom_masters")
    result = cin7("sync", "--entity", "bom_masters", "--entity", "stock")
    assert result.exit_code == 1
    assert "bom_masters: not read, as CIN7_SKIP_ENTITIES says" in result.stderr
    assert calls(shop) == 0


def test_a_sync_of_no_days_is_a_usage_error(shop: Company) -> None:
    """Looking back zero days would read nothing."""
    assert cin7("sync", "--days", "0").exit_code == 2


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


def test_a_publish_before_anything_was_built_is_refused(shop: Company) -> None:
    """There is nothing to publish, so nothing is, and the remedy is named."""
    result = cin7("publish")
    assert result.exit_code == 1
    assert "cin7 " in result.stderr
    assert not (shop.folder / "planning.duckdb").exists()


def test_a_release_that_was_refused_does_not_hold_up_the_next(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed audit leaves nothing behind but what `cin7 status` says, until the next release."""
    catalogue = load_catalogue()
    refused = replace(
        catalogue.model("planning.inventory"), checks=(Check("never", "Never.", "select 1"),)
    )
    broken = tuple(refused if m.name == refused.name else m for m in catalogue.models)
    assert cin7("sync").exit_code == 0
    with monkeypatch.context() as patched:
        patched.setattr("cin7_pipeline.pipeline.load_catalogue", lambda: Catalogue(broken))
        assert "planning.inventory" in cin7("publish").stderr
    assert "planning.inventory" in cin7("status").stderr
    assert cin7("publish").exit_code == 0
    assert "planning.inventory" not in cin7("status").stderr


@pytest.mark.parametrize("command", ["sync", "build", "status"])
def test_a_damaged_database_is_named_in_one_line(shop: Company, command: str) -> None:
    """What the disk or a database refuses is told in one line, with its file, and no traceback."""
    for name in ("warehouse", "planning", "cin7"):
        (shop.folder / f"{name}.duckdb").write_text("not a database")
    result = cin7_process(shop, command)
    assert result.returncode == 1
    (complaint,) = result.stderr.splitlines()
    assert complaint.startswith("cin7: IOException: ")
    assert ".duckdb" in complaint


def test_why_before_anything_was_read_says_how_to_begin(shop: Company) -> None:
    """Without a database the answer is the command that makes one."""
    result = cin7("why", "SO-1")
    assert result.exit_code == 1
    assert "cin7 sync" in result.stderr


def test_a_taken_port_is_refused(shop: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that somebody listens on is named, and another one asked for."""
    yesterday = NOW.date() - timedelta(days=1)
    monkeypatch.setenv("CIN7_SANDBOX_OPENED_ON", yesterday.isoformat())
    assert shop.server is not None
    port = shop.server.base_url.rsplit(":", 1)[1].split("/")[0]
    result = cin7("sandbox", "--port", port)
    assert result.exit_code == 1
    assert f"Port {port} on 127.0.0.1 is not free" in result.stderr


def test_half_a_pair_of_credentials_is_refused_without_showing_it(
    shop: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key without its username is a mistake, not a wish for the sandbox."""
    monkeypatch.delenv("CIN7_USERNAME")
    result = cin7("check")
    assert result.exit_code == 1
    assert "CIN7_USERNAME is missing" in result.stderr
    assert API_KEY not in result.output
