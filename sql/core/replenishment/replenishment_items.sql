/*
about: >-
  Items at warehouses that stock, sell or expect them, and what there is to plan with. One row per
  option, size and warehouse.
grain: [product_option_id, size, warehouse]
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse; those that are disabled and unmapped included.
  sku: The item's sku.
  category: Category of its product.
  supplier_id: Supplier of its product.
  supplier: Company of the supplier, else its id; null where it has none.
  available: Units available now; 0 where Cin7 says nothing.
  below_zero_quantity: Units of it that are below 0 on hand and taken as 0.
  incoming_quantity: Units on their way that planning counts on.
  why_unplannable: Why nothing is ever ordered for it; null where it may be.
  why_not_planned_unless_said: Why it is not planned unless the settings say so; null otherwise.
*/
with

receipts as (
    select
        product_option_id,
        size,
        destination_warehouse as warehouse,
        sum(open_quantity) as incoming_quantity
    from planning.replenishments
    where is_counted
    group by product_option_id, size, destination_warehouse
),

pairs as (
    select
        product_option_id,
        size,
        warehouse
    from core.stock_positions
    union
    select
        product_option_id,
        size,
        warehouse
    from core.replenishment_demand
    union
    select
        product_option_id,
        size,
        warehouse
    from receipts
    union
    select
        items.product_option_id,
        items.size,
        rules.warehouse
    from settings.replenishment as rules
    inner join core.items as items using (sku)
    where rules.min_stock > 0 and rules.warehouse is not null
),

successors as (
    select
        links.product_option_id,
        links.size,
        arg_max(links.to_sku, (links.from_on, links.to_sku)) as to_sku,
        max(links.from_on) as from_on
    from core.item_links as links
    inner join core.today as today on links.from_on <= today.today_on
    where links.kind = 'successor'
    group by links.product_option_id, links.size
),

made_options as (
    select distinct kit_option_id as product_option_id
    from core.bom_lines
    where is_used
)

select
    pairs.product_option_id,
    pairs.size,
    pairs.warehouse,
    items.sku,
    products.category,
    products.supplier_id,
    case
        when products.supplier_id is not null
            then coalesce(nullif(trim(contacts.company), ''), 'Supplier ' || products.supplier_id)
    end as supplier,
    coalesce(stock.available, 0) as available,
    coalesce(stock.below_zero_quantity, 0) as below_zero_quantity,
    coalesce(receipts.incoming_quantity, 0)::decimal(18, 4) as incoming_quantity,
    case
        when pairs.warehouse = 'unmapped' then 'warehouse unmapped'
        when not coalesce(warehouses.is_enabled, false) then 'warehouse disabled'
        when items.is_deleted then 'deleted in Cin7'
        when not items.is_stocked then 'not kept in stock'
        when items.is_kit then 'a kit: its components are planned'
    end as why_unplannable,
    case
        when successors.to_sku is not null
            then 'replaced by ' || successors.to_sku || ' from ' || successors.from_on
        when products.product_status = 'Inactive' then 'product inactive in Cin7'
        when options.option_status = 'Disabled' then 'option disabled in Cin7'
        when not items.is_sold_from_stock then 'sold without stock: ' || products.order_type
        when made.product_option_id is not null then 'made by a bill of materials'
    end as why_not_planned_unless_said
from pairs
inner join core.items as items using (product_option_id, size)
inner join staging.product_options as options using (product_option_id, size)
left join staging.products as products on items.product_id = products.product_id
left join staging.contacts as contacts on products.supplier_id = contacts.contact_id
left join core.warehouses as warehouses using (warehouse)
left join core.stock_positions as stock using (product_option_id, size, warehouse)
left join receipts using (product_option_id, size, warehouse)
left join successors using (product_option_id, size)
left join made_options as made using (product_option_id)
