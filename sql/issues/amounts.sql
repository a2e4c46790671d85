/*
about: >-
  Documents in planning whose amounts cannot be had without tax or in the base currency, the twenty
  newest of each kind and the number of others; one row per document, and one for the others.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id: Cin7 id of it; 0 for the others of the kind.
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
),

unknown as (
    select
        amounts.document_kind,
        amounts.document_id,
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
        row_number() over (
            partition by amounts.document_kind order by amounts.document_id desc
        ) as place
    from core.document_amounts as amounts
    semi join counted using (document_kind, document_id)
    inner join core.documents as documents using (document_kind, document_id)
    where amounts.amount_basis is null
),

told as (
    select
        document_kind,
        document_id,
        detail
    from unknown
    where place <= 20
    union all
    select
        document_kind,
        0 as document_id,
        printf(
            '%d older documents of the kind have no amounts without tax in base currency', count(*)
        ) as detail
    from unknown
    where place > 20
    group by document_kind
)

select
    'amount_unknown' as issue,
    document_kind,
    document_id::bigint as document_id,
    0::bigint as line_id,
    'warning' as severity,
    detail,
    'Set the tax status, the tax rate and the currency rate of the document in Cin7; until then '
    || 'its amounts are left out where amounts are added up in base currency.' as suggestion
from told
