/*
title: Cin7 and we disagree
about: >-
  Stock figures that differ from what the documents add up to, the largest first; those of the
  components of kits are left out.
shown_as: table
place: 15
limit: 10
nothing: No figure differs.
*/
select
    sku,
    name,
    warehouse,
    replace(measure, '_', ' ') as measure,
    ours,
    cin7,
    likely_cause
from planning.reconciliation
where difference <> 0 and likely_cause is distinct from 'kit components'
order by abs(difference) desc, sku asc, warehouse asc, measure asc
