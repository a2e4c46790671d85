/*
about: >-
  Which item a line means by its code, to the letter, where Cin7 links none that is known; a code
  that two items share means neither. One row per code.
grain: [code]
columns:
  code: Code on the line.
  product_option_id:
  size:
*/
select
    sku as code,
    product_option_id,
    size
from core.items
where sku <> '' and not is_sku_shared
