/*
about: >-
  How our own forecast came about where less than 28 days are known and their mean is drawn towards
  what the account's items usually take. One row per option, size, warehouse and kind of series
  whose forecast in use that is.
grain: [product_option_id, size, warehouse, kind]
columns:
  product_option_id:
  size:
  warehouse:
  kind: demand, kits or left_out; see core.series_lines.
  sentence: What the known days took, what the account's items usually take and how much that
    weighs, and what follows, in words.
*/
with

drawn as (
    select
        items.product_option_id,
        items.size,
        items.warehouse,
        items.kind,
        items.item_share,
        origins.day_count,
        means.mean_28,
        priors.daily_quantity as usual_quantity,
        priors.day_count as usual_day_count,
        forecasts.daily_quantity,
        forecasts.daily_quantity
        > 0.0001 + (origins.day_count * means.mean_28 + priors.day_count * priors.daily_quantity)
        / (origins.day_count + priors.day_count) as is_held_up
    from core.item_forecasts as items
    inner join core.series_forecasts as forecasts using (series_number)
    inner join core.forecast_means as means using (series_number)
    inner join core.forecast_origins as origins using (series_number, origin)
    inner join core.forecast_priors as priors using (origin)
    where items.basis = 'recent_mean' and means.origin = 0
)

select
    product_option_id,
    size,
    warehouse,
    kind,
    case day_count when 1 then '1 day is' else day_count || ' days are' end || ' known, with '
    || format('{:,.15g}', round(mean_28, 2)) || ' a day; the account''s items usually take '
    || format('{:,.15g}', round(usual_quantity, 2)) || ', which '
    || case
        when usual_day_count > 0
            then 'weighs as much as ' || format('{:,.15g}', round(usual_day_count, 1)) || ' days'
        else 'weighs nothing'
    end
    || case
        when is_held_up then '; as it sold on so many of its days, not less than '
        else '; together they make '
    end
    || format('{:,.15g}', round(daily_quantity, 2)) || ' a day'
    || case
        when item_share < 1
            then
                ', of which ' || format('{:,.15g}', round(100 * item_share, 1))
                || ' % are of this item and the rest of others with its code'
        else ''
    end as sentence
from drawn
