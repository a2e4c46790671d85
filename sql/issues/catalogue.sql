/*
about: >-
  Prices that cannot be, one row per option; and options without any price or code, of products
  without a name, and what was sold for nothing where other things have a price: one row for all of
  a kind, on the newest.
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

stated_prices as (
    select
        product_option_id,
        size,
        tier || ' ' || currency as name,
        price
    from staging.product_option_prices
    union all
    select
        product_option_id,
        size,
        unnest(['retail price', 'wholesale price', 'VIP price', 'special price']) as name,
        nullif(unnest([retail_price, wholesale_price, vip_price, special_price]), 0)
        ::decimal(38, 4) as price
    from staging.product_options
),

options as (
    select
        items.product_option_id,
        count(prices.price) = 0 as is_unpriced,
        bool_or(products.product_id is not null and coalesce(trim(products.name), '') = '')
            as is_unnamed,
        min(items.sku) as sku,
        string_agg(distinct prices.name || ' ' || prices.price, ', ')
        filter (where abs(prices.price) >= limits.money_limit) as odd_prices
    from core.items as items
    cross join core.plausible_numbers as limits
    left join stated_prices as prices
        on
            items.product_option_id = prices.product_option_id
            and items.size = prices.size
            and not prices.name ilike 'cost ___'
            and prices.price is not null
    left join staging.products as products on items.product_id = products.product_id
    where not items.is_deleted
    group by items.product_option_id
),

free_lines as (
    select
        max(document_id) filter (where value <= 0) as document_id,
        count(*) filter (where value <= 0) as line_count,
        count(distinct document_id) filter (where value <= 0) as document_count,
        sum(quantity) filter (where value <= 0) as quantity,
        count(*) filter (where value < 0) as negative_count
    from core.included_lines
    where document_kind = 'sales_order' and quantity > 0
    having count(*) filter (where value > 0) > 0
)

select
    'price_implausible' as issue,
    'product_option' as document_kind,
    product_option_id as document_id,
    0::bigint as line_id,
    'error' as severity,
    printf('"%s": %s', sku, odd_prices) as detail,
    'Correct the price in Cin7, a barcode may have been scanned into it; until then it is read as '
    || 'none.' as suggestion
from options
where odd_prices is not null
union all
select
    'option_without_price' as issue,
    'product_option' as document_kind,
    max(product_option_id) filter (where is_unpriced) as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s of %s options have no price in any tier, the newest is "%s"',
        count(*) filter (where is_unpriced)::varchar,
        count(*)::varchar,
        arg_max(sku, product_option_id) filter (where is_unpriced)
    ) as detail,
    'Enter their prices in Cin7 if they are sold; what they are worth is not known here.'
        as suggestion
from options
having bool_or(is_unpriced) and bool_or(not is_unpriced)
union all
select
    'option_without_name' as issue,
    'product_option' as document_kind,
    max(product_option_id) as document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s options are of a product without a name, the newest is "%s"',
        count(*)::varchar, arg_max(sku, product_option_id)
    ) as detail,
    'Name their products in Cin7, or delete them there if they were entered by mistake.'
        as suggestion
from options
where is_unnamed
having count(*) > 0
union all
select
    'option_without_code' as issue,
    'product_option' as document_kind,
    max(product_option_id) as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s options have no code, %s is the newest',
        count(*)::varchar,
        max(product_option_id)::varchar
    ) as detail,
    'Give each a code in Cin7; until then they are one series per warehouse, as their name in '
    || 'planning.demand_series is their code.' as suggestion
from options
where sku = ''
having count(*) > 0
union all
select
    'free_lines' as issue,
    'sales_order' as document_kind,
    free_lines.document_id,
    0::bigint as line_id,
    'info' as severity,
    printf(
        '%s lines of %s orders were sold for nothing, %s units; %s is the newest%s',
        free_lines.line_count::varchar,
        free_lines.document_count::varchar,
        free_lines.quantity::decimal(18, 4)::varchar,
        coalesce(orders.order_number, free_lines.document_id::varchar),
        case
            when free_lines.negative_count = 0 then ''
            else
                printf('; %s have a discount above their price', free_lines.negative_count::varchar)
        end
    ) as detail,
    'Samples, gifts and replacements count as demand; leave them out by a channel or customer '
    || 'group of their own if they should not.' as suggestion
from free_lines
inner join staging.sales_orders as orders on free_lines.document_id = orders.sales_order_id
