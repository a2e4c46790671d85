/*
about: Products as Cin7 has them, renamed; one row per product.
grain: [product_id]
columns:
  product_id: Cin7 id of the product.
  supplier_id: Contact that supplies it.
  product_status: Public, Internal, ShowInB2B or Inactive.
  style_code: Code of the product as a whole.
  name: Name of the product.
  brand: Brand.
  category: Category.
  sub_category: Category below the category.
  stock_control: How Cin7 values and tracks its stock.
  order_type: What kind of product it is when ordered; Kit for kits.
  option_label_1: What option 1 means, such as colour.
  option_label_2: What option 2 means.
  option_label_3: What option 3 means.
  sales_account: General ledger account of its sales; its tax rule is not in the API.
  purchases_account: General ledger account of its purchases.
  weight: Weight as entered in Cin7.
  volume: Volume as entered in Cin7.
  custom_fields:
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as product_id,
    nullif(supplier_id, 0) as supplier_id,
    status as product_status,
    style_code,
    name,
    brand,
    category,
    sub_category,
    stock_control,
    order_type,
    option_label1 as option_label_1,
    option_label2 as option_label_2,
    option_label3 as option_label_3,
    sales_account,
    purchases_account,
    weight,
    volume,
    custom_fields,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.products
