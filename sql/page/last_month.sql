/*
title: Last month by channel
about: >-
  Units, amount and margin of the last whole month and of the one before, without tax, in the
  account's base currency.
shown_as: table
place: 8
nothing: Nothing was sold.
*/
with

months as (
    select
        date_trunc('month', min(day_on))::date as this_month,
        (date_trunc('month', min(day_on)) - interval 1 month)::date as last_month,
        (date_trunc('month', min(day_on)) - interval 2 month)::date as month_before
    from planning.projected_stock
)

select
    lines.channel,
    sum(lines.quantity) filter (lines.sold_on >= months.last_month) as units,
    round(sum(lines.net_amount_base) filter (lines.sold_on >= months.last_month)) as amount,
    round(sum(lines.margin_base) filter (lines.sold_on >= months.last_month)) as margin,
    sum(lines.quantity) filter (lines.sold_on < months.last_month) as units_before,
    round(sum(lines.net_amount_base) filter (lines.sold_on < months.last_month)) as amount_before,
    round(sum(lines.margin_base) filter (lines.sold_on < months.last_month)) as margin_before
from planning.sales_lines as lines
cross join months
where lines.sold_on >= months.month_before and lines.sold_on < months.this_month
group by lines.channel
order by amount desc nulls last, lines.channel asc
