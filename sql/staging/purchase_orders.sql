/*
about: Purchase orders of every status, renamed and dated locally; one row per order.
grain: [purchase_order_id]
columns:
  purchase_order_id: Cin7 id of the order.
  order_number: Reference of the order.
  supplier_id: Contact who supplies.
  branch_id: Branch that receives.
  status:
  stage:
  is_approved:
  is_void: True once voided.
  company: Company on the order.
  project_name: Project on the order.
  currency: Currency of the document (ISO code).
  currency_rate:
  tax_status:
  tax_rate:
  product_total:
  freight_total: Freight, in document currency.
  discount_total: Discount on the whole order, in document currency.
  total:
  custom_fields:
  etd_on: Estimated time of delivery, local date.
  eta_on: Estimated time of arrival, local date.
  received_on: Full receipt, local date.
  accepted_on: Acceptance by the supplier, local date.
  invoiced_on: Invoice, local date.
  cancelled_on: Cancellation, local date.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as purchase_order_id,
    reference as order_number,
    nullif(member_id, 0) as supplier_id,
    nullif(branch_id, 0) as branch_id,
    status,
    stage,
    is_approved,
    is_void,
    company,
    project_name,
    currency_code as currency,
    currency_rate,
    tax_status,
    tax_rate,
    product_total,
    freight_total,
    discount_total,
    total,
    custom_fields,
    timezone(getvariable('time_zone'), estimated_delivery_date)::date as etd_on,
    timezone(getvariable('time_zone'), estimated_arrival_date)::date as eta_on,
    timezone(getvariable('time_zone'), fully_received_date)::date as received_on,
    timezone(getvariable('time_zone'), supplier_acceptance_date)::date as accepted_on,
    timezone(getvariable('time_zone'), invoice_date)::date as invoiced_on,
    timezone(getvariable('time_zone'), cancellation_date)::date as cancelled_on,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.purchase_orders
