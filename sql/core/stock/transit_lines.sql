/*
about: >-
  What was on its way between two warehouses when the stock of each day was read, from what is kept
  with it: a transfer that was received, edited or deleted since changes no day that is past.
  Received units are spread over the sizes of a line as in core.document_line_allocations, and
  nothing is received of a transfer of which Cin7 has all as transferred. One row per day, line
  and size.
grain: [snapshot_on, transfer_id, line_id, position]
columns:
  snapshot_on: Local day of the snapshot.
  transfer_id:
  line_id:
  position: Place of the size on the line, from 1; 0 for a line without sizes.
  product_option_id: Option of the item.
  size: Size of the item.
  destination_warehouse: Warehouse of the receiving branch.
  open_quantity: Units still under way.
*/
with

movements as (
    select
        lines.snapshot_on,
        lines.transfer_id,
        lines.line_id,
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
        and lines.dispatched_on between days.first_on and lines.snapshot_on
        and not coalesce(lines.received_on between days.first_on and lines.snapshot_on, false)
        and coalesce(sources.warehouse, 'unmapped') <> coalesce(destinations.warehouse, 'unmapped')
),

-- What cannot be is no line of core.transfer_lines either.
lines as (
    select movements.*
    from movements
    cross join core.plausible_numbers as limits
    where
        greatest(
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
    window line as (partition by snapshot_on, transfer_id, line_id)
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
        parts.snapshot_on,
        parts.transfer_id,
        parts.line_id,
        parts.position,
        coalesce(linked.product_option_id, coded.product_option_id) as product_option_id,
        coalesce(linked.size, coded.size, parts.size) as size,
        parts.destination_warehouse,
        parts.quantity,
        case
            when parts.line_quantity = 0 then parts.received_quantity
            else
                round(
                    (parts.received_quantity * parts.quantity_so_far / parts.line_quantity)
                    ::decimal(38, 10),
                    4
                )
                - round(
                    (
                        parts.received_quantity * (parts.quantity_so_far - parts.quantity)
                        / parts.line_quantity
                    )::decimal(38, 10),
                    4
                )
        end::decimal(38, 4) as received_quantity
    from parts
    left join core.linked_items as linked
        on
            parts.product_option_id = linked.product_option_id
            and parts.size = linked.line_size
    left join core.coded_items as coded on parts.code = coded.code
),

contradictions as (
    select
        snapshot_on,
        transfer_id
    from items
    where product_option_id is not null
    group by snapshot_on, transfer_id
    having bool_and(received_quantity >= quantity) and sum(received_quantity) > 0
)

select
    items.snapshot_on,
    items.transfer_id,
    items.line_id,
    items.position,
    items.product_option_id,
    items.size,
    items.destination_warehouse,
    greatest(
        items.quantity
        - case when contradictions.transfer_id is null then items.received_quantity else 0 end,
        0
    )::decimal(18, 4) as open_quantity
from items
cross join core.plausible_numbers as limits
left join contradictions using (snapshot_on, transfer_id)
where items.product_option_id is not null and abs(items.received_quantity) < limits.unit_limit
