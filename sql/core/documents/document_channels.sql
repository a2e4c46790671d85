/*
about: >-
  Channel of each sales order and credit note, and the rule that gave it; a credit note has that
  of the order it credits, its own where the order is not held. One row per document.
grain: [document_kind, document_id]
columns:
  document_kind: sales_order or credit_note.
  document_id:
  channel: Channel of the first settings row that matches, else the source, else Direct.
  is_included: False where the settings leave the channel out of sales.
  rule_priority: Priority of the settings row that matched; null where none did.
  rule_field: Field that the row looks at; null where none matched.
  rule_pattern: Pattern that the row has for it; null where none matched.
checks:
  channel_is_not_null: channel is not null
*/
with

fields as (
    select
        'sales_order' as document_kind,
        sales_order_id as document_id,
        source,
        company,
        project_name,
        customer_order_no,
        stage
    from staging.sales_orders
    union all
    select
        'credit_note' as document_kind,
        credit_note_id as document_id,
        source,
        company,
        project_name,
        null as customer_order_no,
        null as stage
    from staging.credit_notes
),

texts as (
    select
        documents.document_kind,
        documents.document_id,
        documents.order_number,
        documents.contact_id,
        documents.branch_id,
        fields.source,
        fields.company,
        fields.project_name,
        fields.customer_order_no,
        fields.stage
    from fields
    inner join core.documents as documents using (document_kind, document_id)
),

matches as (
    select
        texts.document_kind,
        texts.document_id,
        rules.channel,
        rules.is_included,
        rules.priority,
        rules.field,
        rules.pattern
    from texts
    left join staging.contacts as contacts using (contact_id)
    inner join settings.channels as rules
        on coalesce(
            case rules.field
                when 'source' then texts.source
                when 'reference' then texts.order_number
                when 'company' then texts.company
                when 'project_name' then texts.project_name
                when 'customer_order_no' then texts.customer_order_no
                when 'customer_group' then contacts.contact_group
                when 'customer_id' then texts.contact_id::varchar
                when 'branch_id' then texts.branch_id::varchar
                when 'stage' then texts.stage
            end,
            ''
        ) ilike rules.pattern
    qualify
        row_number() over (
            partition by texts.document_kind, texts.document_id order by rules.priority
        ) = 1
),

own_channels as (
    select
        texts.document_kind,
        texts.document_id,
        case
            when matches.document_id is not null then matches.channel
            when trim(coalesce(texts.source, '')) = '' then 'Direct'
            else texts.source
        end as channel,
        coalesce(matches.is_included, true) as is_included,
        matches.priority as rule_priority,
        matches.field as rule_field,
        matches.pattern as rule_pattern
    from texts
    left join matches using (document_kind, document_id)
)

select
    documents.document_kind,
    documents.document_id,
    channels.channel,
    channels.is_included,
    channels.rule_priority,
    channels.rule_field,
    channels.rule_pattern
from own_channels as documents
left join core.credited_orders as credited
    on
        documents.document_kind = 'credit_note'
        and documents.document_id = credited.credit_note_id
inner join own_channels as channels
    on
        channels.document_kind
        = case
            when credited.sales_order_id is null then documents.document_kind else 'sales_order'
        end
        and coalesce(credited.sales_order_id, documents.document_id) = channels.document_id
