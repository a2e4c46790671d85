"""A warehouse of an earlier version opens, takes the new shape, and goes on; nothing in it is lost."""

import tarfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from cin7_pipeline.models.settings_tables import write_business_settings
from cin7_pipeline.omni.endpoint import Endpoint, columns
from cin7_pipeline.omni.endpoints import ENDPOINTS
from cin7_pipeline.sandbox.simulation.merchant import Merchant, Size
from cin7_pipeline.settings import BusinessSettings, WarehouseRule
from cin7_pipeline.warehouse.raw_tables import CannotMigrate, create_raw_tables, table_columns
from cin7_pipeline.window import Window
from tests.end_to_end.scenario import Scenario, assert_tables_as_expected, open_scenario
from tests.expected import Read
from tests.unit.load.fake_account import Company, open_company, order

FIXTURE = Path(__file__).parent / "fixtures" / "warehouse_of_ef312cd.tar.xz"
EARLIER = (datetime(2026, 6, 29, 19, tzinfo=UTC), datetime(2026, 6, 30, 19, tzinfo=UTC))
NOW = datetime(2026, 7, 1, 19, tzinfo=UTC)
DAYS = 14
DOCUMENTS = """
    select 'sold' as place, sales_order_id as id from planning.sales_lines
    union select 'open', sales_order_id from planning.open_sales_lines
    union select 'bought', purchase_order_id from planning.purchase_order_lines
    union select 'moved', transfer_id from planning.transfer_lines
    union select 'left out', document_id from planning.excluded_lines
"""
KEPT = "raw.kept"
KEY_TEXT = "varchar not null default ''"


@pytest.fixture
def old_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scenario]:
    """The fixture's data folder and the account it was read from, a day later."""
    with tarfile.open(FIXTURE) as archive:
        # Python 3.11 takes `filter=` only since 3.11.4; older ones ignore the attribute.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(tmp_path)  # noqa: S202 - our own fixture
    merchant = Merchant(opened_on=date(2026, 5, 20), size=Size(products=20, orders_per_day=2))
    with open_scenario(
        tmp_path, monkeypatch, merchant=merchant, moment=NOW, lookback_days=DAYS
    ) as scenario:
        # The account is served at another port than then.
        with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
            connection.execute(
                "update raw.sync_owner set owner = ?", [scenario.settings.account_id]
            )
        yield scenario


def raw_rows(scenario: Scenario) -> dict[str, int]:
    """How many rows each declared raw table holds; 0 where the warehouse has it not yet."""
    there = {name for (name,) in scenario.warehouse("select table_name from duckdb_tables()")}
    return {
        table: scenario.warehouse(f"select count(*) from {table}")[0][0]
        if table.split(".")[1] in there
        else 0
        for table in table_columns(ENDPOINTS.values())
    }


def test_a_warehouse_of_the_earlier_version_builds(old_scenario: Scenario) -> None:
    """Today's models build and publish what the earlier version read, without asking Cin7 anything."""
    held = raw_rows(old_scenario)
    placed = set(old_scenario.warehouse(DOCUMENTS))
    assert held["raw.sales_orders"] > 50
    result = old_scenario.command("publish")
    assert result.exit_code == 0, result.output
    kept = raw_rows(old_scenario)
    assert kept.pop("raw.transit_snapshots") > held.pop("raw.transit_snapshots") == 0
    assert kept == held
    assert set(old_scenario.published(DOCUMENTS)) >= placed
    assert not old_scenario.server.requests


def test_a_sync_goes_on_where_the_earlier_version_stopped(old_scenario: Scenario) -> None:
    """After a sync on top of the earlier version's rows every compared table is as expected."""
    old_scenario.reads += [Read(moment, Window.lookback(moment, DAYS)) for moment in EARLIER]
    old_scenario.sync_by_command()
    assert_tables_as_expected(old_scenario)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with one table of an earlier version, which holds two rows."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw")
        connection.execute(
            f"create table {KEPT} (id bigint, size {KEY_TEXT}, code varchar, gone_at timestamptz,"
            " former varchar, primary key (id, size))"
        )
        connection.execute(
            f"insert into {KEPT} values (1, 'M', '12', timestamptz '2026-06-30 05:00:00+00', 'x'),"
            " (2, '', null, null, null)"
        )
        yield connection


def declared(**fields_by_type: str) -> list[Endpoint]:
    """The endpoint of the table as a later version declares it."""
    own = columns(id="id", text_not_null="size", **fields_by_type)
    return [Endpoint(name="kept", path="v1/Kept", about="Kept.", columns=own, key=("id", "size"))]


def rows(connection: duckdb.DuckDBPyConnection, columns: str = "*") -> list[tuple]:
    """The rows of the table, by id."""
    return connection.execute(f"select {columns} from {KEPT} order by id").fetchall()


def test_declared_columns_are_added(connection: duckdb.DuckDBPyConnection) -> None:
    """A new column is null in rows that are there, and '' where it is text that is never null."""
    create_raw_tables(connection, declared(decimal="weight"))
    assert rows(connection, "id, weight, read_at") == [(1, None, None), (2, None, None)]
    endpoint = Endpoint(
        name="kept", path="", about="", columns=columns(id="id", text_not_null="size colour")
    )
    create_raw_tables(connection, [endpoint])
    assert rows(connection, "id, colour") == [(1, ""), (2, "")]
    with pytest.raises(duckdb.ConstraintException, match="colour"):
        connection.execute(f"insert into {KEPT} (id, colour) values (3, null)")


def test_what_was_in_transit_on_earlier_days_is_derived_once() -> None:
    """Each day with a snapshot gets what had left and not come when its stock was read, and keeps it."""
    days = (datetime(2026, 6, 2, 20, tzinfo=UTC), datetime(2026, 6, 3, 20, tzinfo=UTC))
    first, second = (f"timestamptz '{day}'" for day in days)
    with duckdb.connect() as connection:
        create_raw_tables(connection, ENDPOINTS.values())
        connection.execute("drop table raw.transit_snapshots")
        connection.execute(f"""
            insert into raw.stock_snapshots (snapshot_on, read_at, product_option_id, branch_id)
            values ('2026-06-03', {first}, 7, 1), ('2026-06-04', {second}, 7, 1)
        """)
        connection.execute(f"""
            insert into raw.branch_transfers (id, dispatched_date, received_date, deleted_at) values
                (1, {first} - interval 1 day, {second}, null), (2, {second}, null, null),
                (3, {second} + interval 1 day, null, null), (4, {first}, null, {second}),
                (5, null, null, null)
        """)
        connection.execute("""
            insert into raw.branch_transfer_lines (branch_transfer_id, id, qty, qty_transferred)
            select id, 10 * id, 5, 2 from raw.branch_transfers
        """)
        for _ in range(2):
            create_raw_tables(connection, ENDPOINTS.values())
        kept = connection.execute("""
            select day(snapshot_on), line_id, qty, qty_transferred from raw.transit_snapshots
            order by all
        """).fetchall()
    assert kept == [(3, 10, 5, None), (3, 40, 5, 2), (4, 20, 5, 2)]


def test_a_column_takes_its_new_name_with_its_values(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """What an old version noted as gone is deleted since the same time, and the old name is no more."""
    create_raw_tables(connection, declared(text="code"))
    since = datetime(2026, 6, 30, 5, tzinfo=UTC)
    assert rows(connection, "id, deleted_at") == [(1, since), (2, None)]
    names = [name for name, *_ in connection.execute(f"describe {KEPT}").fetchall()]
    assert "gone_at" not in names


@pytest.mark.parametrize(
    "fields",
    [{"id": "id code"}, {"decimal": "size"}, {"timestamp": "former"}],
    ids=["text to number", "part of the key", "text to time"],
)
def test_a_column_of_another_type_is_refused(
    connection: duckdb.DuckDBPyConnection, fields: dict[str, str]
) -> None:
    """The refusal names column, types and what to do, and no step before or after it was done."""
    own = columns(**({"id": "id"} | fields), boolean="is_first")
    later = Endpoint(name="kept", path="", about="", columns=(*own, *columns(decimal="weight")))
    before = rows(connection)
    words = rf"{KEPT}\.\w+ is VARCHAR in this warehouse and .* Nothing was changed"
    with pytest.raises(CannotMigrate, match=words):
        create_raw_tables(connection, [later])
    assert rows(connection) == before


def test_a_column_declared_no_more_stays(connection: duckdb.DuckDBPyConnection) -> None:
    """What an earlier version stored stays where it is, for whoever goes back to it."""
    create_raw_tables(connection, declared())
    assert rows(connection, "former") == [("x",), (None,)]


def test_today_s_tables_are_left_alone(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables as they are declared need no step, so that no run rewrites them."""
    create_raw_tables(connection, ENDPOINTS.values())
    with pytest.MonkeyPatch.context() as patch:
        # What any step is followed by would now drop the tables themselves.
        patch.setattr("cin7_pipeline.warehouse.raw_tables.DLT_STAGING", "raw")
        create_raw_tables(connection, ENDPOINTS.values())
    assert rows(connection)


def test_settings_are_written_by_name() -> None:
    """The rules of a person land in their columns where an earlier version had others between them."""
    with duckdb.connect() as connection:
        connection.execute("create schema settings")
        connection.execute(
            "create table settings.warehouses (is_enabled boolean, region varchar, branch_id bigint)"
        )
        create_raw_tables(connection, [])
        rule = WarehouseRule(branch_id=3, warehouse="Main DC", is_enabled=True)
        write_business_settings(connection, BusinessSettings(warehouses=(rule,)))
        found = connection.execute(
            "select branch_id, warehouse, is_enabled from settings.warehouses"
        ).fetchall()
    assert found == [(3, "Main DC", True)]


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    """An account that was read twice: the second load is merged, and dlt has its copies of the tables."""
    with open_company(tmp_path) as opened:
        opened.orders.append(order(1, created=3))
        opened.load_one()
        opened.orders[0] = order(1, created=3, changed=2)
        opened.load_one()
        yield opened


def test_a_load_follows_a_change_of_columns(company: Company) -> None:
    """Rows are merged after an upgrade that adds a column, renames one and no longer declares another."""
    with duckdb.connect(company.folder / "warehouse.duckdb") as connection:
        for schema in ("raw", "_dlt_raw"):
            table = f"{schema}.sales_orders"
            connection.execute(f"alter table {table} drop column stage")
            connection.execute(f"alter table {table} rename column deleted_at to gone_at")
            connection.execute(f"alter table {table} add column former {KEY_TEXT}")
    company.orders[:] = [
        order(1, created=3, reference="SO-1", stage="New"),
        order(2, created=1, reference="SO-2", stage="Packed"),
    ]
    report = company.load_one()
    assert (report.new, report.changed) == (1, 1)
    assert company.raw("select reference, stage from raw.sales_orders order by id") == [
        ("SO-1", "New"),
        ("SO-2", "Packed"),
    ]
