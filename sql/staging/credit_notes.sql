/*
about: Credit notes of every status, renamed and dated locally; one row per credit note.
grain: [credit_note_id]
columns:
  credit_note_id: Cin7 id of the credit note.
  order_number: Reference of the credit note.
  sales_reference: Reference of the sales order that is credited.
  customer_id: Contact who is credited.
  branch_id: Branch that takes the goods back.
  status:
  is_approved:
  source: Where the credit note came from.
  company: Company on the credit note.
  project_name: Project on the credit note.
  currency: Currency of the document (ISO code).
  currency_rate:
  tax_status:
  tax_rate:
  product_total:
  discount_total: Discount on the whole credit note, in document currency.
  total:
  custom_fields:
  credited_on: Credit, local date.
  completed_on: Return of the goods, local date.
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as credit_note_id,
    reference as order_number,
    sales_reference,
    nullif(member_id, 0) as customer_id,
    nullif(branch_id, 0) as branch_id,
    status,
    is_approved,
    source,
    company,
    project_name,
    currency_code as currency,
    currency_rate,
    tax_status,
    tax_rate,
    product_total,
    discount_total,
    total,
    custom_fields,
    timezone(getvariable('time_zone'), credit_note_date)::date as credited_on,
    timezone(getvariable('time_zone'), completed_date)::date as completed_on,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.credit_notes
