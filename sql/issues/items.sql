/*
about: >-
  Options whose sku another item has too, or has but for spaces, dashes and case, those that are
  said not to be kept in stock but have some, and stock of what Cin7 does not list; one row per
  issue and option.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Cin7 id of the line; 0 for the whole.
  severity:
  detail:
  suggestion:
*/
with

folded_items as (
    select
        items.product_option_id,
        items.sku,
        codes.folded_code as folded_sku
    from core.items as items
    inner join core.folded_codes as codes on items.sku = codes.code
    where not items.is_deleted and codes.folded_code <> ''
),

near_matches as (
    select
        items.product_option_id,
        string_agg(distinct '"' || items.sku || '"', ', ' order by '"' || items.sku || '"')
            as skus,
        string_agg(distinct '"' || others.sku || '"', ', ' order by '"' || others.sku || '"')
            as other_skus
    from folded_items as items
    inner join folded_items as others
        on items.folded_sku = others.folded_sku and items.sku <> others.sku
    group by items.product_option_id
),

odd_stock as (
    select
        stock.product_option_id,
        items.product_option_id is not null as is_listed,
        string_agg(distinct '"' || stock.sku || '"', ', ' order by '"' || stock.sku || '"')
            as skus,
        sum(stock.on_hand)::varchar as on_hand
    from core.stock_positions as stock
    left join core.items as items using (product_option_id, size)
    where not coalesce(items.is_stocked, false) and stock.on_hand <> 0
    group by stock.product_option_id, items.product_option_id is not null
)

select
    'duplicate_sku' as issue,
    'product_option' as document_kind,
    items.product_option_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        'other items have the same code: %s',
        string_agg(distinct '"' || items.sku || '"', ', ' order by '"' || items.sku || '"')
    ) as detail,
    'Give each option and size a code of its own in Cin7; lines are not matched by a shared one.'
        as suggestion
from core.items as items
where items.is_sku_shared and not items.is_deleted
group by items.product_option_id
union all
select
    'sku_near_twin' as issue,
    'product_option' as document_kind,
    product_option_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf('%s differs from %s only in spaces, dashes or case', skus, other_skus) as detail,
    'If they are one product, keep one code in Cin7 and use it in the shops; codes are matched '
    || 'to the letter, so an order can find the wrong one or none.' as suggestion
from near_matches
union all
select
    'stock_of_not_stocked' as issue,
    'product_option' as document_kind,
    product_option_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf('%s is said not to be kept in stock, and Cin7 has %s on hand', skus, on_hand) as detail,
    'If it is goods, change its stock control in Cin7 or its row in data/settings/not_stocked.csv; '
    || 'until then it has no series and no projection.' as suggestion
from odd_stock
where is_listed
union all
select
    'stock_without_item' as issue,
    'product_option' as document_kind,
    product_option_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf('%s has %s on hand, but Cin7 lists no such option or size', skus, on_hand) as detail,
    'Run `cin7 sync` again; if it stays, look the code up in Cin7: its stock stands in '
    || 'planning.inventory only, and has no series and no projection.' as suggestion
from odd_stock
where not is_listed
