/*
about: >-
  How many days each lane usually takes and is usually late: medians over its received
  documents, whole days. One row per kind and lane.
grain: [kind, lane]
columns:
  kind: purchase_order or transfer.
  lane: Id of the supplier, or source → destination warehouse.
  usual_days: Median of the days from start to receipt; null where no start is known.
  usual_late_days: Median of the days received after the promised day; 0 where none was promised.
  document_count: Number of received documents that usual_days rests on.
*/
select
    kind,
    lane,
    quantile_disc(days, 0.5) as usual_days,
    coalesce(quantile_disc(late_days, 0.5), 0) as usual_late_days,
    count(days) as document_count
from core.receipt_observations
group by kind, lane
