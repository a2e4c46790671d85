/*
about: >-
  Documents in planning whose amounts cannot be had without tax or in the base currency; one row
  per document.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id:
  line_id: 0, as the issue is about the whole.
  severity:
  detail:
  suggestion:
*/
with

counted as (
    select distinct
        document_kind,
        document_id
    from core.included_lines
)

select
    'amount_unknown' as issue,
    amounts.document_kind,
    amounts.document_id,
    0::bigint as line_id,
    'warning' as severity,
    printf(
        '%s has no amounts without tax in base currency: %s',
        coalesce(documents.order_number, amounts.document_id::varchar),
        concat_ws(
            ' and ',
            case
                when amounts.tax_divisor is null
                    then 'Cin7 does not say whether its prices hold tax, or how much'
            end,
            case when amounts.base_rate is null then 'it has no rate to the base currency' end
        )
    ) as detail,
    'Set the tax status, the tax rate and the currency rate of the document in Cin7; until then '
    || 'its amounts are left out where amounts are added up in base currency.' as suggestion
from core.document_amounts as amounts
semi join counted using (document_kind, document_id)
inner join core.documents as documents using (document_kind, document_id)
where amounts.amount_basis is null
