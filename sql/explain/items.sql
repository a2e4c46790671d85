/*
about: >-
  Everything that can be sold and stocked, deleted items included. One row per option and size.
grain: [product_option_id, size]
sorted_by: [sku]
columns:
  product_option_id:
  size:
  sku:
*/
select
    product_option_id,
    size,
    sku
from core.items
