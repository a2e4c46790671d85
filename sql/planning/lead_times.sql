/*
about: >-
  How long items took to arrive, measured on received purchase orders (creation to full receipt)
  and transfers (dispatch to receipt); a document is one observation of each item on it. A purchase
  order entered when the goods had come, and a transfer received before it left, are none; what is
  not kept in stock has none. One row per kind, lane, option and size.
grain: [kind, lane, product_option_id, size]
example: |
  -- Which items take longest to come, once in twenty times?
  select kind, lane_name, sku, observation_count, p50_days, p95_days from planning.lead_times
  where observation_count >= 3 order by p95_days desc limit 20
columns:
  kind:
  lane: Cin7 id of the supplier as text, or source → destination warehouse.
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  sku: Code of the item, verbatim.
  observation_count: Number of received documents with the item.
  mean_days: Mean of the days from start to receipt.
  sd_days: Standard deviation of these days (of a sample); null for a single observation.
  p50_days: Days within which half of them arrived.
  p80_days: Days within which 80 % of them arrived.
  p95_days: Days within which 95 % of them arrived.
  on_time_share: Share of the purchase orders with an ETA, else an ETD, that came by then, 0 to 1;
    null where there is none and on transfers.
  lane_name:
checks:
  there_is_an_observation: observation_count > 0
  quantiles_rise: p50_days <= p80_days and p80_days <= p95_days
  share_is_a_share: on_time_share between 0 and 1
  days_are_not_negative: p50_days >= 0
*/
with

document_items as (
    select distinct
        lines.document_kind::varchar as kind,
        lines.document_id,
        lines.product_option_id,
        lines.size,
        lines.sku
    from core.included_lines as lines
    left join core.items as items using (product_option_id, size)
    where
        lines.document_kind in ('purchase_order', 'transfer') and coalesce(items.is_stocked, true)
)

select
    observations.kind,
    observations.lane,
    items.product_option_id,
    items.size,
    min(items.sku) as sku,
    count(*) as observation_count,
    round(avg(observations.days), 4)::decimal(18, 4) as mean_days,
    round(stddev_samp(observations.days), 4)::decimal(18, 4) as sd_days,
    quantile_disc(observations.days, 0.5) as p50_days,
    quantile_disc(observations.days, 0.8) as p80_days,
    quantile_disc(observations.days, 0.95) as p95_days,
    round(avg((observations.late_days = 0)::integer), 4)::decimal(18, 4) as on_time_share,
    min(observations.lane_name) as lane_name
from core.receipt_observations as observations
inner join document_items as items using (kind, document_id)
where observations.days is not null
group by observations.kind, observations.lane, items.product_option_id, items.size
