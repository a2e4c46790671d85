/*
about: >-
  Which item begins with what an older one sold, by the settings; one row per older and newer item.
grain: [product_option_id, size, to_option_id, to_size]
columns:
  product_option_id: Option of the older item.
  size: Size of the older item; '' when unsized.
  to_option_id: Option of the newer item.
  to_size: Size of the newer item; '' when unsized.
  to_sku: Code of the newer item.
  kind: successor (the older one is not planned any more) or like.
  share: What of the older item's sales the newer one begins with.
  from_on: Day from which the newer item's own sales count, local date.
*/
select
    older.product_option_id,
    older.size,
    newer.product_option_id as to_option_id,
    newer.size as to_size,
    links.to_sku,
    links.kind,
    links.share,
    links.from_on
from settings.item_links as links
inner join core.coded_items as older on links.from_sku = older.code
inner join core.coded_items as newer on links.to_sku = newer.code
