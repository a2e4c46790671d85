/*
about: >-
  What was on its way between two warehouses when the stock of past days was read, from what is kept
  with it: a transfer that was received, edited or deleted since changes no day that is past.
  Received units are spread over the sizes of a line as in core.document_line_allocations. What was
  the same on many days is one row. One row per line, first of its days and size.
grain: [transfer_id, line_id, first_snapshot_on, position]
columns:
  transfer_id:
  line_id:
  first_snapshot_on:
  position: Place of the size on the line, from 1; 0 for a line without sizes.
  snapshot_days: Local days with a snapshot on which it was so and under way.
  item_number:
  sku_number:
  warehouse_number: Number of the warehouse of the receiving branch.
  quantity: Units that are moved.
  received_quantity: Units of them that were received.
*/
with

movements as (
    select
        lines.transfer_id,
        lines.line_id,
        lines.first_snapshot_on,
        list_filter(
            lines.snapshot_days,
            lambda day_on:
            day_on >= lines.dispatched_on
            and not coalesce(lines.received_on between days.first_on and day_on, false)
        ) as snapshot_days,
        lines.product_option_id,
        lines.code,
        coalesce(destinations.warehouse, 'unmapped') as destination_warehouse,
        coalesce(lines.quantity, 0) as quantity,
        greatest(lines.received_quantity, 0)::decimal(18, 4) as received_quantity,
        nullif(list_filter(lines.sizes, lambda x: struct_extract(x, 'name') <> ''), []) as sizes
    from staging.transit_snapshots as lines
    cross join core.plausible_days as days
    left join core.branch_warehouses as sources on lines.source_branch_id = sources.branch_id
    left join core.branch_warehouses as destinations
        on lines.destination_branch_id = destinations.branch_id
    where
        lines.parent_line_id is null
        and lines.dispatched_on >= days.first_on
        and coalesce(sources.warehouse, 'unmapped') <> coalesce(destinations.warehouse, 'unmapped')
),

-- What cannot be is no line of core.transfer_lines either.
lines as (
    select movements.*
    from movements
    cross join core.plausible_numbers as limits
    where
        movements.snapshot_days <> []
        and greatest(
            abs(movements.quantity),
            movements.received_quantity,
            list_sum(
                list_transform(movements.sizes, lambda x: abs(struct_extract(x, 'qty')::double))
            )
        ) < limits.unit_limit
),

sizes as (
    select
        * exclude (sizes),
        unnest(sizes) as entry,
        generate_subscripts(sizes, 1) as position
    from lines
    where sizes is not null
),

parts as (
    select
        * exclude (entry, quantity, code),
        entry.name as size,
        struct_extract(entry, 'code') as code,
        coalesce(entry.qty, 0) as quantity,
        sum(coalesce(entry.qty, 0)) over (line order by position)::decimal(18, 4)
            as quantity_so_far,
        sum(coalesce(entry.qty, 0)) over line::decimal(18, 4) as line_quantity
    from sizes
    window line as (partition by transfer_id, line_id, first_snapshot_on)
    union all by name
    select
        * exclude (sizes),
        0 as position,
        '' as size,
        quantity as quantity_so_far,
        quantity as line_quantity
    from lines
    where sizes is null
),

-- What came of the sizes so far, less what came of those before, with ten exact digits first. Where
-- sizes above and below 0 all but cancel out, that can be of any size.
items as (
    select
        parts.*,
        coalesce(linked.product_option_id, coded.product_option_id) as item_option_id,
        coalesce(linked.size, coded.size, parts.size) as item_size,
        case
            when parts.line_quantity = 0 then parts.received_quantity
            else
                round(
                    (
                        parts.received_quantity::decimal(38, 4) * parts.quantity_so_far
                        / parts.line_quantity
                    )::decimal(38, 10),
                    4
                )
                - round(
                    (
                        parts.received_quantity::decimal(38, 4)
                        * (parts.quantity_so_far - parts.quantity)
                        / parts.line_quantity
                    )::decimal(38, 10),
                    4
                )
        end::decimal(38, 4) as received_part
    from parts
    left join core.linked_items as linked
        on
            parts.product_option_id = linked.product_option_id
            and parts.size = linked.line_size
    left join core.coded_items as coded on parts.code = coded.code
)

select
    items.transfer_id,
    items.line_id,
    items.first_snapshot_on,
    items.position,
    items.snapshot_days,
    numbers.item_number,
    numbers.sku_number,
    warehouses.warehouse_number,
    items.quantity,
    items.received_part as received_quantity
from items
inner join core.warehouse_numbers as warehouses
    on items.destination_warehouse = warehouses.warehouse
-- One row per item: an unlisted one is moved without a code.
left join core.item_numbers as numbers
    on
        items.item_option_id = numbers.product_option_id
        and items.item_size = numbers.size
        and (numbers.is_listed or numbers.sku = '')
where items.item_option_id is not null
