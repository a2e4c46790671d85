/*
about: >-
  Warehouse, channel and customer group of each document, and which of them the settings leave
  out of sales; one row per document.
grain: [document_kind, document_id]
columns:
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id:
  warehouse: Warehouse of the document's branch, or of the distribution branch that an order names
    where the settings say that it ships from there; unmapped where the branch is not known.
  is_warehouse_excluded: True where that warehouse is disabled.
  channel: Channel of a sales order or credit note; null on other documents.
  is_channel_excluded: True where the channel is left out.
  customer_group: Group of the document's contact; of a credit note that of the order it credits,
    where that is held.
  is_group_excluded: True where the customer group is left out.
checks:
  warehouse_is_not_null: warehouse is not null
*/
with

excluded_groups as (
    select customer_group
    from settings.customer_groups
    where not is_included
)

select
    documents.document_kind,
    documents.document_id,
    coalesce(branch_warehouses.warehouse, 'unmapped') as warehouse,
    coalesce(not warehouses.is_enabled and warehouses.warehouse <> 'unmapped', false)
        as is_warehouse_excluded,
    channels.channel,
    not coalesce(channels.is_included, true) as is_channel_excluded,
    contacts.contact_group as customer_group,
    excluded_groups.customer_group is not null as is_group_excluded
from core.documents as documents
left join staging.sales_orders as own_orders
    on
        documents.document_kind = 'sales_order'
        and documents.document_id = own_orders.sales_order_id
left join core.branch_warehouses as branch_warehouses
    on
        coalesce(
            case
                when getvariable('ships_from') = 'distribution_branch'
                    then own_orders.distribution_branch_id
            end,
            documents.branch_id
        ) = branch_warehouses.branch_id
left join core.warehouses as warehouses using (warehouse)
left join core.document_channels as channels using (document_kind, document_id)
left join core.credited_orders as credited
    on
        documents.document_kind = 'credit_note'
        and documents.document_id = credited.credit_note_id
left join staging.sales_orders as orders on credited.sales_order_id = orders.sales_order_id
left join staging.contacts as contacts
    on
        case
            when credited.sales_order_id is null then documents.contact_id else orders.customer_id
        end = contacts.contact_id
left join excluded_groups on contacts.contact_group = excluded_groups.customer_group
