/*
about: >-
  Components of kits on documents that do not have the kit's own line, one row per line; and kits
  that are bought or sent, one row per open document.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: Cin7 id of the line; 0 for the whole.
  severity:
  detail:
  suggestion:
*/
select
    'component_without_kit' as issue,
    documents.document_kind::varchar as document_kind,
    documents.document_id,
    lines.line_id,
    'warning' as severity,
    printf(
        '%s: "%s" is a component, %s units, of a kit whose own line is not on the document',
        coalesce(documents.order_number, documents.document_id::varchar),
        coalesce(lines.code, ''),
        lines.quantity::varchar
    ) as detail,
    'Add the kit or enter the component as a line of its own in Cin7; until then it does not count.'
        as suggestion
from core.orphan_components
inner join core.document_lines as lines using (line_number)
inner join core.documents as documents using (document_kind, document_id)
where not documents.is_void and not documents.is_deleted
union all
select
    'kit_as_supply' as issue,
    documents.document_kind::varchar as document_kind,
    documents.document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s: %s units of kits are on their way (%s); they are expected put together, and nothing '
        || 'of their components',
        coalesce(documents.order_number, documents.document_id::varchar),
        sum(lines.ordered_quantity - lines.fulfilled_quantity)::decimal(18, 4)::varchar,
        string_agg(distinct '"' || lines.sku || '"', ', ' order by '"' || lines.sku || '"')
    ) as detail,
    'Where Cin7 moves the components instead, buy or send these as lines of their own; a kit that '
    || 'is kept put together is no kit but a product with a bill of materials.' as suggestion
from core.included_lines as lines
inner join core.items as items using (product_option_id, size)
inner join core.documents as documents using (document_kind, document_id)
where
    lines.document_kind in ('purchase_order', 'transfer')
    and items.is_kit
    and lines.ordered_quantity > lines.fulfilled_quantity
    and documents.completed_on is null
    and documents.is_approved
    and not documents.is_void
    and not documents.is_deleted
group by documents.document_kind, documents.document_id, documents.order_number
