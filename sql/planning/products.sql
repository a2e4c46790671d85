/*
about: >-
  What can be sold and stocked, with its product, price and cost. One row per option and size
  that Cin7 still has.
grain: [product_option_id, size]
example: |
  -- Which items are kept in stock without a known cost?
  select sku, name, supplier_code from planning.products where is_stocked and unit_cost is null
columns:
  product_option_id:
  size: Size of the option on a size grid; '' when unsized.
  sku: The option's code, verbatim and case-sensitive; its code with size or without
    is used where it has none.
  product_id: Cin7 id of the product the option belongs to.
  style_code:
  name:
  category: Category of the product.
  sub_category:
  brand: Brand of the product.
  option_1: First option value, such as the colour.
  option_2:
  option_3:
  barcode: Barcode of the option.
  supplier_id: Cin7 id of the contact who supplies the product.
  product_status: Status of the product in Cin7 (Public, Internal, ShowInB2B or Inactive).
  option_status: Status of the option in Cin7 (Primary, Active or Disabled).
  stock_control: How Cin7 values and tracks the product's stock, such as FIFO or Batch.
  is_kit:
  weight: Weight of a unit as entered in Cin7; the option's where above 0, else the product's.
  volume: Volume of a unit as entered in Cin7.
  unit_cost: Cost of a unit in the currency beside it, else in the first currency there is.
  unit_price: Price of a unit in the default tier, in the currency beside it.
  currency: Currency of the price (ISO code); null where Cin7 names none.
  created_on: Day the option was created, local date.
  supplier_code: Code that the supplier uses for the option.
  sales_account: >-
    General ledger account of its sales in Cin7, whose tax rule decides the tax of an order; the
    rule itself is not in the API.
  is_stocked:
checks:
  sku_is_given: {expect: "sku <> ''", severity: warn}
*/
select
    items.product_option_id,
    items.size,
    items.sku,
    items.product_id,
    products.style_code,
    products.name,
    products.category,
    products.sub_category,
    products.brand,
    options.option_1,
    options.option_2,
    options.option_3,
    options.barcode,
    products.supplier_id,
    products.product_status,
    options.option_status,
    products.stock_control,
    items.is_kit,
    case when options.option_weight > 0 then options.option_weight else products.weight end
        as weight,
    products.volume,
    prices.unit_cost,
    prices.unit_price,
    prices.currency,
    options.created_on,
    options.supplier_code,
    products.sales_account,
    items.is_stocked
from core.items as items
inner join staging.product_options as options using (product_option_id, size)
inner join core.item_prices as prices using (product_option_id, size)
left join staging.products as products on items.product_id = products.product_id
where not items.is_deleted
