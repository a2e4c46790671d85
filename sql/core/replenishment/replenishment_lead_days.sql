/*
about: >-
  How long an order takes from where each item at each warehouse is replenished; one row per option,
  size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id:
  size:
  warehouse: Warehouse.
  lead_days: Days from order to receipt; those within which 80 % of deliveries came, where measured.
  lead_basis: setting, item (five deliveries of it from its supplier or more), lane (deliveries from
    the supplier or the warehouse), all_lanes (deliveries of the kind) or default.
  mean_lead_days: Mean of the days from order to receipt, where five deliveries or more of the item
    or its lane were measured; else lead_days.
  sd_lead_days: Standard deviation of these days; 0 where less are measured.
*/
with

items as (
    select
        items.product_option_id,
        items.size,
        items.warehouse,
        settings.lead_days as set_days,
        case
            when coalesce(settings.source, 'supplier') = 'supplier' then 'purchase_order'
            else 'transfer'
        end as kind,
        case
            when coalesce(settings.source, 'supplier') = 'supplier' then items.supplier_id::varchar
            else settings.source || ' → ' || items.warehouse
        end as lane
    from core.replenishment_items as items
    inner join core.replenishment_settings as settings using (product_option_id, size, warehouse)
),

item_lanes as (
    select
        kind,
        lane,
        product_option_id,
        size,
        p80_days,
        mean_days,
        sd_days
    from planning.lead_times
    where observation_count >= 5
),

-- Of few deliveries it is known within how many days most came, not how far the others spread.
spreads as (
    select
        kind,
        lane,
        mean_days,
        sd_days
    from core.lane_days
    where observation_count >= 5 and lane <> ''
)

select
    items.product_option_id,
    items.size,
    items.warehouse,
    coalesce(
        items.set_days,
        item_lanes.p80_days,
        lanes.p80_days,
        kinds.p80_days,
        case
            when items.kind = 'transfer' then getvariable('default_transfer_days')
            else getvariable('default_lead_days')
        end
    )::integer as lead_days,
    case
        when items.set_days is not null then 'setting'
        when item_lanes.p80_days is not null then 'item'
        when lanes.p80_days is not null then 'lane'
        when kinds.p80_days is not null then 'all_lanes'
        else 'default'
    end as lead_basis,
    coalesce(items.set_days, item_lanes.mean_days, spreads.mean_days, lead_days)::decimal(18, 4)
        as mean_lead_days,
    case
        when items.set_days is not null then 0
        else coalesce(item_lanes.sd_days, spreads.sd_days, 0)
    end::decimal(18, 4) as sd_lead_days
from items
left join item_lanes using (kind, lane, product_option_id, size)
left join core.lane_days as lanes using (kind, lane)
left join spreads using (kind, lane)
left join core.lane_days as kinds on items.kind = kinds.kind and kinds.lane = ''
