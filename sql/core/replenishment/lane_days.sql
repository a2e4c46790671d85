/*
about: >-
  How many days deliveries took, by lane and over all lanes of a kind; one row per kind and lane.
grain: [kind, lane]
columns:
  kind: purchase_order or transfer.
  lane: Id of the supplier, or source → destination warehouse; '' for all of the kind.
  observation_count: Deliveries that were measured.
  p80_days: Days within which 80 % of them came.
  mean_days: Mean of their days.
  sd_days: Standard deviation of these days (of a sample); null for a single delivery.
*/
select
    kind,
    coalesce(lane, '') as lane,
    count(days) as observation_count,
    quantile_disc(days, 0.8) as p80_days,
    avg(days)::decimal(18, 4) as mean_days,
    stddev_samp(days)::decimal(18, 4) as sd_days
from core.receipt_observations
where days is not null and lane <> ''
group by grouping sets ((kind, lane), (kind))
