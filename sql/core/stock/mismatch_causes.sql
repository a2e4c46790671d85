/*
about: >-
  Why Cin7 may count an item differently from the documents. One row per option, size and
  measure for which there is a reason.
grain: [product_option_id, size, measure]
columns:
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  measure: open_sales, incoming, holding or available.
  cause: not kept in stock, kit components, description-only lines or several items share the sku,
    the first that applies; null where none does.
  is_older_than_history: True where the item existed before the first day whose documents of the
    measure's kind were read, so that one of them may still be open.
*/
with

component_items as (
    select
        items.product_option_id,
        items.size
    from core.document_line_items as items
    where items.document_kind = 'sales_order' and items.is_component
    union
    select
        component_option_id as product_option_id,
        '' as size
    from core.bom_lines
    where is_component_known
),

first_days as (
    select
        case entity when 'sales_orders' then 'open_sales' else 'incoming' end as measure,
        min(day_on) as first_on
    from staging.sync_coverage
    where entity in ('sales_orders', 'purchase_orders')
    group by entity
),

item_measures as (
    select
        items.product_option_id,
        items.size,
        unnest(['open_sales', 'incoming', 'holding', 'available']) as measure,
        lower(trim(items.sku)) as folded_sku,
        items.is_sku_shared,
        items.is_stocked,
        items.is_kit or component_items.product_option_id is not null as is_in_kits
    from core.items as items
    left join component_items using (product_option_id, size)
),

causes as (
    select
        item_measures.product_option_id,
        item_measures.size,
        item_measures.measure,
        case
            when not item_measures.is_stocked then 'not kept in stock'
            when item_measures.is_in_kits then 'kit components'
            when codes.folded_code is not null then 'description-only lines'
            when item_measures.is_sku_shared then 'several items share the sku'
        end as cause,
        coalesce(options.created_on < first_days.first_on, false) as is_older_than_history
    from item_measures
    left join staging.product_options as options using (product_option_id, size)
    left join first_days using (measure)
    left join core.unmatched_open_codes as codes
        on
            item_measures.measure = codes.measure
            and item_measures.folded_sku = codes.folded_code
)

select
    product_option_id,
    size,
    measure,
    cause,
    is_older_than_history
from causes
where cause is not null or is_older_than_history
