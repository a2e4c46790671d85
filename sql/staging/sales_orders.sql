/*
about: Sales orders of every status, renamed and dated locally; one row per order.
grain: [sales_order_id]
columns:
  sales_order_id: Cin7 id of the order.
  order_number: Reference of the order.
  customer_id: Contact who ordered.
  branch_id: Branch the order belongs to.
  distribution_branch_id: Branch it ships from, where set.
  status:
  stage:
  is_approved:
  is_void: True once voided.
  source: Where the order came from.
  company: Company on the order.
  project_name: Project on the order.
  customer_order_no: The customer's order number.
  delivery_country: Country it is delivered to.
  currency: Currency of the document (ISO code).
  currency_rate:
  tax_status:
  tax_rate:
  product_total:
  freight_total: Freight, in document currency.
  surcharge: Surcharge, in document currency.
  discount_total: Discount, in document currency.
  total:
  member_email_state: missing, invalid or valid; the order's e-mail address itself is not kept.
  custom_fields:
  due_on: Requested delivery, local date.
  invoiced_on: Invoice, local date.
  dispatched_at: Full dispatch (UTC).
  dispatched_on: Full dispatch, local date.
  cancelled_on: Cancellation, local date.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as sales_order_id,
    reference as order_number,
    nullif(member_id, 0) as customer_id,
    nullif(branch_id, 0) as branch_id,
    nullif(distribution_branch_id, 0) as distribution_branch_id,
    status,
    stage,
    is_approved,
    is_void,
    source,
    company,
    project_name,
    customer_order_no,
    delivery_country,
    currency_code as currency,
    currency_rate,
    tax_status,
    tax_rate,
    product_total,
    freight_total,
    surcharge,
    discount_total,
    total,
    member_email_state,
    custom_fields,
    timezone(getvariable('time_zone'), estimated_delivery_date)::date as due_on,
    timezone(getvariable('time_zone'), invoice_date)::date as invoiced_on,
    timezone('UTC', dispatched_date) as dispatched_at,
    timezone(getvariable('time_zone'), dispatched_date)::date as dispatched_on,
    timezone(getvariable('time_zone'), cancellation_date)::date as cancelled_on,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.sales_orders
