/*
about: >-
  Sales that seem to be in Cin7 twice: within three days, under one number, from different sources
  or with the same lines for the same customer; under one reference also later. One row per
  later order, and one for all of which demand leaves out one or both.
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

sold_orders as (
    select
        orders.sales_order_id,
        coalesce(orders.order_number, orders.sales_order_id::varchar) as order_name,
        coalesce(orders.source, '') as source,
        orders.created_on,
        orders.customer_id,
        unnest([orders.order_number, orders.customer_order_no]) as number,
        unnest([true, false]) as is_reference
    from staging.sales_orders as orders
    inner join core.sales_orders as sales using (sales_order_id)
    where sales.sold_on is not null
),

numbers as (
    select distinct
        sales_order_id,
        order_name,
        source,
        created_on,
        customer_id,
        is_reference,
        trim(regexp_replace(lower(trim(number)), '^#', '')) as number
    from sold_orders
    where trim(regexp_replace(trim(number), '^#', '')) <> ''
),

pairs as (
    select
        later.sales_order_id as later_id,
        earlier.sales_order_id as earlier_id,
        later.order_name,
        later.source,
        earlier.order_name || ' from "' || earlier.source || '"' as earlier_name,
        later.source <> earlier.source as is_of_another_source,
        later.customer_id = earlier.customer_id as is_of_one_customer
    from numbers as later
    inner join numbers as earlier
        on
            later.number = earlier.number
            and later.sales_order_id > earlier.sales_order_id
            and (
                later.source <> earlier.source
                or later.customer_id = earlier.customer_id
            )
            and (
                abs(later.created_on - earlier.created_on) <= 3
                or (
                    later.is_reference
                    and earlier.is_reference
                    and later.source = earlier.source
                )
            )
),

-- Of the few orders that may be the same: to write down the lines of all would take seconds.
contents as (
    select
        document_id as sales_order_id,
        string_agg(
            concat_ws('/', product_option_id, size, sold_quantity), ','
            order by product_option_id, size, sold_quantity
        ) as contents,
        bool_or(left_out_by is not null) as is_left_out
    from core.depletion_lines
    where
        document_kind = 'sales_order'
        and document_id in (
            select later_id from pairs
            union
            select earlier_id from pairs
        )
    group by document_id
),

same_sales as (
    select
        pairs.*,
        later.is_left_out or earlier.is_left_out as is_left_out
    from pairs
    inner join contents as later on pairs.later_id = later.sales_order_id
    inner join contents as earlier on pairs.earlier_id = earlier.sales_order_id
    where
        pairs.is_of_another_source
        or (pairs.is_of_one_customer and later.contents = earlier.contents)
)

select
    'sold_twice' as issue,
    'sales_order' as document_kind,
    pairs.later_id as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s from "%s" may be the same sale as %s',
        pairs.order_name,
        pairs.source,
        string_agg(distinct pairs.earlier_name, ', ' order by pairs.earlier_name)
    ) as detail,
    'If it is, void one of the two in Cin7 or leave out its channel in data/settings/channels.csv; '
    || 'both count as sold.' as suggestion
from same_sales as pairs
where not pairs.is_left_out
group by pairs.later_id, pairs.order_name, pairs.source
union all
select
    'left_shelf_twice' as issue,
    'sales_order' as document_kind,
    max(later_id) as document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s orders that are left out of demand, or whose twin is, may be in Cin7 twice; %s from '
        || '"%s" and %s are the newest',
        count(distinct later_id)::varchar,
        arg_max(order_name, (later_id, earlier_id)),
        arg_max(source, (later_id, earlier_id)),
        arg_max(earlier_name, (later_id, earlier_id))
    ) as detail,
    'Demand counts them once or not at all, but projected stock loses the units of both; void one '
    || 'of the two in Cin7 if its stock is taken twice, too.' as suggestion
from same_sales
where is_left_out
having count(*) > 0
