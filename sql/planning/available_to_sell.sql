/*
about: >-
  What a sales channel may offer, by each of the four ways that channels calculate it; take the
  column that matches the channel's settings for incoming and holding stock. One row per option,
  size and warehouse of planning.inventory.
grain: [product_option_id, size, warehouse]
example: |
  -- What may a shop that sells ahead of deliveries offer?
  select sku, name, sum(available_plus_incoming) as units from planning.available_to_sell
  where available_plus_incoming > 0 group by all order by units desc limit 20
columns:
  product_option_id:
  size:
  warehouse:
  sku:
  available:
  available_plus_incoming: Available plus units on approved purchase orders, in stocking units.
  available_less_holding: >-
    Available less what is set aside, in stocking units; dispatched transfers are in holding and
    may have left the units on hand already.
  available_plus_incoming_less_holding: Both at once, in stocking units.
  name:
*/
select
    product_option_id,
    size,
    warehouse,
    sku,
    available,
    (available + incoming)::decimal(18, 4) as available_plus_incoming,
    (available - holding)::decimal(18, 4) as available_less_holding,
    (available + incoming - holding)::decimal(18, 4) as available_plus_incoming_less_holding,
    name
from planning.inventory
