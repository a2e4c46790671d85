/*
about: >-
  Rows of the planner's settings that name an item, a warehouse, a supplier or a category that there
  is none of, so that they change nothing; of the two long files one row for all. And successors of
  one item that together begin with more than all that it sold.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id: 0; a setting is no document.
  line_id: Line of the file; 0 where it is about several.
  severity:
  detail:
  suggestion:
*/
with skus as (
    select distinct sku
    from core.items
),

categories as (
    select distinct category
    from staging.products
),

suppliers as (
    select distinct supplier_id
    from staging.products
),

items as (select distinct sku from core.items),

rules as (
    select
        rules.line,
        concat_ws(
            ', ',
            case when items.sku is null then 'item ' || rules.sku end,
            case when categories.category is null then 'category ' || rules.category end,
            case when suppliers.supplier_id is null then 'supplier ' || rules.supplier_id end,
            case when warehouses.warehouse is null then 'warehouse ' || rules.warehouse end,
            case
                when sources.warehouse is null and rules.source <> 'supplier'
                    then 'source ' || rules.source
            end
        ) as unknown
    from settings.replenishment as rules
    left join items using (sku)
    left join categories using (category)
    left join suppliers using (supplier_id)
    left join core.warehouses as warehouses using (warehouse)
    left join core.warehouses as sources on rules.source = sources.warehouse
),

links as (
    select
        links.line,
        concat_ws(
            ', ',
            case when older.code is null then 'item ' || links.from_sku end,
            case when newer.code is null then 'item ' || links.to_sku end
        ) as unknown
    from settings.item_links as links
    left join core.coded_items as older on links.from_sku = older.code
    left join core.coded_items as newer on links.to_sku = newer.code
),

shares as (
    select
        from_sku,
        max(line) as line,
        sum(share) as share,
        string_agg(to_sku, ', ' order by line) as to_skus
    from settings.item_links
    where kind = 'successor'
    group by from_sku
),

masters as (
    select
        count(*) as row_count,
        min(rows.sku) as example
    from settings.stocktake_master as rows
    left join skus as items using (sku)
    left join core.branch_warehouses as branches on rows.branch = branches.branch_name
    where items.sku is null or (rows.branch is not null and branches.branch_id is null)
),

histories as (
    select
        count(*) as row_count,
        min(days.sku) as example
    from settings.stock_history as days
    left join core.coded_items as items on days.sku = items.code
    left join core.warehouses as warehouses using (warehouse)
    where items.code is null or warehouses.warehouse is null
),

-- Groups are matched to the letter, and one that is written otherwise leaves nothing out.
groups as (
    select
        string_agg('"' || rules.customer_group || '"', ', ' order by rules.customer_group)
            as names
    from settings.customer_groups as rules
    anti join staging.contacts as contacts on rules.customer_group = contacts.contact_group
),

found as (
    select
        'customer_group_without_effect' as issue,
        0::bigint as line_id,
        'customer_groups.csv names ' || names || ', which no contact has as its group' as detail
    from groups
    where names is not null
    union all
    select
        'replenishment_without_effect' as issue,
        line::bigint as line_id,
        'replenishment.csv line ' || line || ' names ' || unknown || ', which there is none of'
            as detail
    from rules
    where unknown <> ''
    union all
    select
        'item_link_without_effect' as issue,
        line::bigint as line_id,
        'item_links.csv line ' || line || ' names ' || unknown
        || ', which there is none of, or several' as detail
    from links
    where unknown <> ''
    union all
    select
        'stocktake_without_effect' as issue,
        0::bigint as line_id,
        row_count
        || ' rows of stocktake_master.csv name an item or a branch that there is none of, '
        || 'such as ' || example as detail
    from masters
    where row_count > 0
    union all
    select
        'stock_history_without_effect' as issue,
        0::bigint as line_id,
        row_count
        || ' rows of stock_history.csv name an item or a warehouse that there is none of, or '
        || 'several, such as ' || example as detail
    from histories
    where row_count > 0
    union all
    select
        'item_link_beyond_whole' as issue,
        line::bigint as line_id,
        'item_links.csv: ' || to_skus || ' begin with ' || round(share * 100)::bigint
        || ' % of what ' || from_sku || ' sold' as detail
    from shares
    where share > 1
)

select
    issue,
    'setting' as document_kind,
    0::bigint as document_id,
    line_id,
    'warning' as severity,
    detail,
    case
        when issue = 'item_link_beyond_whole'
            then 'Look whether it is expected to sell so much; else let the shares add up to 1.'
        else
            'Write the name letter by letter as Cin7 or data/settings/warehouses.csv has it, or '
            || 'remove the row.'
    end as suggestion
from found
