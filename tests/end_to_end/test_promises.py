"""What users of such integrations were promised, looked up in the published tables."""

import re
from datetime import timedelta

import duckdb

from tests.end_to_end.scenario import Scenario

PEOPLE = "firstName lastName email phone mobile fax address1 deliveryAddress1 deliveryFirstName"


def test_an_order_of_200_days_ago_edited_lately_is_seen(synced_scenario: Scenario) -> None:
    """No edit is too old: what was modified in the lookback is read whatever its date."""
    now = synced_scenario.now
    edited = [
        order
        for order in synced_scenario.merchant.ledger(now).sales_orders
        if order.created_at < now - timedelta(days=180)
        and order.modified_at >= now - timedelta(days=90)
        and order.deleted_at is None
    ]
    assert edited
    ids = {row[0] for row in synced_scenario.warehouse("select id from raw.sales_orders")}
    assert {order.id for order in edited} <= ids


def test_a_late_void_is_archived_and_counts_no_more(synced_scenario: Scenario) -> None:
    """A purchase order voided long after its creation is Archived and in no counted replenishment."""
    voided = [
        order.id
        for order in synced_scenario.merchant.ledger(synced_scenario.now).purchase_orders
        if order.is_void
        and order.cancelled_at
        and order.cancelled_at >= order.created_at + timedelta(days=89)
    ]
    assert voided
    rows = synced_scenario.published(
        "select distinct state, is_counted, open_quantity from planning.replenishments"
        " where kind = 'purchase_order' and list_contains($1, document_id)",
        [voided],
    )
    assert rows == [("Archived", False, 0)]


def test_a_dispatched_transfer_counts_once_at_its_destination(synced_scenario: Scenario) -> None:
    """A transfer under way is Active, and its units are in transit at one warehouse only."""
    rows = synced_scenario.published("""
        select
            t.open_quantity,
            (
                select sum(r.open_quantity) from planning.replenishments as r
                where r.kind = 'transfer' and r.document_id = t.transfer_id and r.line_id = t.line_id
                    and r.size = t.size
                    and (r.is_counted or r.why_not_counted = 'not kept in stock')
                    and r.destination_warehouse = t.destination_warehouse
            ),
            (
                select count(*) from planning.replenishments as r
                where r.kind = 'transfer' and r.document_id = t.transfer_id and r.line_id = t.line_id
                    and r.size = t.size
            )
        from planning.transfer_lines as t
        inner join planning.warehouses as w on t.destination_warehouse = w.warehouse and w.is_enabled
        where
            t.state = 'Active' and t.open_quantity > 0
            and t.expected_on >= (select max(as_of_at)::date from planning.inventory)
            and t.source_warehouse <> t.destination_warehouse
    """)
    assert rows
    assert all(open_units == counted and times == 1 for open_units, counted, times in rows)


def test_a_shopify_order_is_excluded_and_said_so(synced_scenario: Scenario) -> None:
    """Shopify orders stand in excluded_lines by the channel rule, and in sales_lines not at all."""
    ids = synced_scenario.warehouse(
        "select id from raw.sales_orders where source ilike '%shopify%'"
    )
    assert ids
    (excluded,) = synced_scenario.published(
        "select count(distinct document_id) from planning.excluded_lines"
        " where rule = 'channel_excluded' and list_contains($1, document_id)",
        [[row[0] for row in ids]],
    )
    assert excluded[0] == len(ids)
    assert synced_scenario.published(
        "select count(*) from planning.sales_lines where channel = 'Shopify'"
    ) == [(0,)]


def test_a_misspelt_code_is_an_issue_with_its_twin(synced_scenario: Scenario) -> None:
    """A description-only line names the item that its code equals but for case or spaces."""
    rows = synced_scenario.published("""
        select i.detail, i.suggestion, p.sku
        from planning.data_issues as i
        inner join planning.products as p on contains(i.suggestion, p.sku) and length(p.sku) > 4
        where i.issue = 'description_only_line'
    """)
    assert rows


def test_a_forgotten_branch_is_an_error_and_its_lines_are_kept(synced_scenario: Scenario) -> None:
    """A branch that warehouses.csv lacks is reported, and what it sold stands under `unmapped`."""
    (found,) = synced_scenario.published(
        "select severity from planning.data_issues where issue = 'branch_unmapped' and document_id = 20"
    )
    assert found == ("error",)
    assert synced_scenario.published(
        "select count(*) > 0 from planning.inventory where warehouse = 'unmapped'"
    )


def test_why_finds_each_kind_of_document_while_a_run_holds_the_warehouse(
    synced_scenario: Scenario,
) -> None:
    """Whatever the account has of a kind, its newest is found by its id and shown with its lines."""
    newest = synced_scenario.warehouse("""
        select 'Sales order', max(id) from raw.sales_orders
        union all select 'Purchase order', max(id) from raw.purchase_orders
        union all select 'Transfer', max(id) from raw.branch_transfers
        union all select 'Credit note', max(id) from raw.credit_notes
        union all select 'Adjustment', max(id) from raw.adjustments
        union all select 'Production job', max(id) from raw.production_jobs
    """)
    with duckdb.connect(synced_scenario.settings.warehouse_path):
        for kind, document_id in newest:
            result = synced_scenario.command("why", str(document_id))
            assert result.exit_code == 0, result.output
            assert re.search(rf"{kind} \S+ \(id {document_id}\): \w+", result.stdout)
            assert "It has no lines" not in result.stdout


def test_no_person_reaches_a_table(synced_scenario: Scenario) -> None:
    """No name, address, phone number or e-mail of the account's payloads is in any table or file name."""
    from cin7_pipeline.sandbox.serializers.account import MerchantAccount

    account = MerchantAccount(synced_scenario.merchant)
    contacts = account.records("Contacts", synced_scenario.now)
    secrets = {
        contact[field] for contact in contacts for field in PEOPLE.split() if contact.get(field)
    }
    assert any("@" in secret for secret in secrets)
    texts = """
        select schema_name || '.' || table_name, column_name from duckdb_columns()
        where data_type = 'VARCHAR' and not internal
    """
    for rows in (synced_scenario.warehouse, synced_scenario.published):
        for table, column in rows(texts):
            values = rows(f'select distinct "{column}" from {table}')
            assert not secrets & {value for (value,) in values}, (table, column)
            assert not any("@example" in (value or "") for (value,) in values), (table, column)
