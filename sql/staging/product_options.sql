/*
about: Options of products, renamed; one row per option and size ('' when unsized).
grain: [product_option_id, size]
columns:
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  product_id: Product it belongs to.
  option_status: Primary, Active or Disabled.
  code: SKU, verbatim.
  product_option_code: Code of the option without its size.
  product_option_size_code: Code of the option with its size.
  supplier_code: Code that the supplier uses.
  barcode: Barcode.
  option_1: First option value.
  option_2: Second option value.
  option_3: Third option value.
  option_weight: Weight as entered in Cin7.
  retail_price: Retail price in the account's currency; Cin7's 0 is none.
  wholesale_price: Wholesale price in the account's currency; Cin7's 0 is none.
  vip_price: VIP price in the account's currency.
  special_price: Special price in the account's currency.
  price_columns: Prices by tier and currency as a JSON object.
  uom_options: Packs it comes in as a JSON list.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as product_option_id,
    coalesce(size, '') as size,
    nullif(product_id, 0) as product_id,
    status as option_status,
    code,
    product_option_code,
    product_option_size_code,
    supplier_code,
    barcode,
    option1 as option_1,
    option2 as option_2,
    option3 as option_3,
    option_weight,
    nullif(retail_price, 0) as retail_price,
    nullif(wholesale_price, 0) as wholesale_price,
    vip_price,
    special_price,
    price_columns,
    uom_options,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.product_options
