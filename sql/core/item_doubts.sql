/*
about: >-
  Why Cin7 may count an item otherwise than the documents do, the first reason that applies.
  One row per option, size and measure for which there is a reason.
grain: [product_option_id, size, measure]
columns:
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  measure: open_sales, incoming, holding or available.
  doubt: kit components, description-only lines or several items share the sku.
*/
with

component_items as (
    select
        items.product_option_id,
        items.size
    from core.document_line_items as items
    inner join core.document_lines as lines
        on
            items.document_kind = lines.document_kind
            and items.document_id = lines.document_id
            and items.line_id = lines.line_id
    where items.document_kind = 'sales_order' and lines.is_component
    union
    select
        component_option_id as product_option_id,
        '' as size
    from core.bom_lines
    where is_component_known
),

item_measures as (
    select
        items.product_option_id,
        items.size,
        unnest(['open_sales', 'incoming', 'holding', 'available']) as measure,
        lower(trim(items.sku)) as folded_sku,
        items.is_sku_shared,
        items.is_kit or component_items.product_option_id is not null as is_in_kits
    from core.items as items
    left join component_items
        on
            items.product_option_id = component_items.product_option_id
            and items.size = component_items.size
),

doubts as (
    select
        item_measures.product_option_id,
        item_measures.size,
        item_measures.measure,
        case
            when item_measures.is_in_kits then 'kit components'
            when codes.folded_code is not null then 'description-only lines'
            when item_measures.is_sku_shared then 'several items share the sku'
        end as doubt
    from item_measures
    left join core.open_description_codes as codes
        on
            item_measures.measure = codes.measure
            and item_measures.folded_sku = codes.folded_code
)

select
    product_option_id,
    size,
    measure,
    doubt
from doubts
where doubt is not null
