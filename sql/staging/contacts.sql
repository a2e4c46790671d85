/*
about: Customers and suppliers without anything that names a person; one row per contact.
grain: [contact_id]
columns:
  contact_id: Cin7 id of the contact.
  contact_type: Customer, Supplier or Internal.
  company: Company.
  contact_group: Group of the contact.
  contact_sub_group: Group below the group.
  price_column: Price tier that the contact buys at.
  email_hash: Salted hash of the e-mail address, to find duplicates.
  email_state: missing, invalid or valid.
  is_active: False once the contact is switched off.
  custom_fields:
  created_at:
  created_on:
  modified_at: When it was last changed in Cin7 (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    id as contact_id,
    type as contact_type,
    company,
    "group" as contact_group,
    sub_group as contact_sub_group,
    price_column,
    email_hash,
    email_state,
    is_active,
    custom_fields,
    timezone('UTC', created_date) as created_at,
    timezone(getvariable('time_zone'), created_date)::date as created_on,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.contacts
