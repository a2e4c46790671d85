/*
about: >-
  What documents moved into and out of each warehouse in the days that stock is walked back through
  and those between the first snapshot and the last, by the day they date it: sales and credit
  notes as shipped (of a kit its components), purchases as received, transfers out at dispatch and
  in at receipt, adjustments and production. One row per option, size, warehouse and day.
grain: [product_option_id, size, warehouse, day_on]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; unmapped where the branch is not known.
  day_on: Local day.
  quantity: Units that came less units that left.
  moved_quantity: Units that came and units that left.
*/
with

completed as (
    select
        documents.document_kind,
        documents.document_id,
        attributes.warehouse,
        documents.completed_on
    from core.documents as documents
    inner join core.past_stock_window as days
        on documents.completed_on > days.first_on and documents.completed_on <= days.last_closed_on
    inner join core.document_attributes as attributes using (document_kind, document_id)
    where
        documents.is_approved
        and not documents.is_void
        and not documents.is_deleted
        and documents.completed_on is not null
        and documents.document_kind <> 'transfer'
),

parents as (
    select distinct
        'sales_order' as document_kind,
        sales_order_id as document_id,
        parent_line_id as line_id
    from staging.sales_order_lines
    where parent_line_id is not null
    union all
    select distinct
        'credit_note' as document_kind,
        credit_note_id as document_id,
        parent_line_id as line_id
    from staging.credit_note_lines
    where parent_line_id is not null
),

lines as (
    select
        items.product_option_id,
        items.size,
        completed.warehouse,
        completed.completed_on as day_on,
        products.is_kit,
        parents.line_id is not null as has_parts,
        case
            when items.document_kind = 'purchase_order' then items.fulfilled_quantity
            else -items.fulfilled_quantity
        end as quantity
    from core.document_line_items as items
    inner join completed using (document_kind, document_id)
    inner join core.items as products using (product_option_id, size)
    left join parents
        on
            items.document_kind = parents.document_kind
            and items.document_id = parents.document_id
            and items.line_id = parents.line_id
    where products.is_stocked and items.fulfilled_quantity <> 0
),

made as (
    select
        lines.product_option_id,
        lines.code,
        jobs.branch_id,
        jobs.completed_on as day_on,
        lines.actual_quantity as quantity
    from staging.production_job_products as lines
    inner join staging.production_jobs as jobs using (production_job_id)
    where jobs.is_approved and jobs.deleted_at is null and jobs.completed_on is not null
    union all
    select
        parts.product_option_id,
        parts.code,
        jobs.branch_id,
        jobs.completed_on as day_on,
        -parts.actual_quantity as quantity
    from staging.production_job_components as parts
    inner join staging.production_jobs as jobs using (production_job_id)
    where jobs.is_approved and jobs.deleted_at is null and jobs.completed_on is not null
    union all
    select
        lines.product_option_id,
        lines.code,
        adjustments.branch_id,
        adjustments.completed_on as day_on,
        lines.adjusted_quantity as quantity
    from staging.adjustment_lines as lines
    inner join staging.adjustments as adjustments using (adjustment_id)
    where
        adjustments.is_approved
        and adjustments.deleted_at is null
        and adjustments.completed_on is not null
),

movements as (
    select
        product_option_id,
        size,
        warehouse,
        day_on,
        quantity
    from lines
    where not is_kit
    union all
    select
        parts.component_option_id as product_option_id,
        '' as size,
        lines.warehouse,
        lines.day_on,
        lines.quantity * parts.quantity as quantity
    from lines
    inner join core.bom_components as parts on lines.product_option_id = parts.kit_option_id
    where lines.is_kit and not lines.has_parts
    union all
    select
        lines.product_option_id,
        lines.size,
        transfers.source_warehouse as warehouse,
        transfers.dispatched_on as day_on,
        -lines.quantity as quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    where transfers.dispatched_on is not null and not transfers.is_deleted
    union all
    select
        lines.product_option_id,
        lines.size,
        transfers.destination_warehouse as warehouse,
        transfers.received_on as day_on,
        lines.received_quantity as quantity
    from core.transfer_lines as lines
    inner join core.transfers as transfers using (transfer_id)
    where transfers.state = 'Delivered' and not transfers.is_deleted
    union all
    select
        coalesce(linked.product_option_id, coded.product_option_id) as product_option_id,
        coalesce(linked.size, coded.size) as size,
        coalesce(branches.warehouse, 'unmapped') as warehouse,
        made.day_on,
        made.quantity
    from made
    left join core.linked_items as linked
        on made.product_option_id = linked.product_option_id and linked.line_size = ''
    left join core.coded_items as coded on made.code = coded.code
    left join core.branch_warehouses as branches using (branch_id)
),

plausible as (
    select movements.*
    from movements
    inner join core.plausible_numbers as limits on abs(movements.quantity) < limits.unit_limit
    inner join core.past_stock_window as days
        on movements.day_on > days.first_on and movements.day_on <= days.last_closed_on
    where movements.product_option_id is not null and movements.day_on is not null
)

select
    product_option_id,
    size,
    warehouse,
    day_on,
    sum(quantity)::decimal(18, 4) as quantity,
    sum(abs(quantity))::decimal(18, 4) as moved_quantity
from plausible
group by product_option_id, size, warehouse, day_on
