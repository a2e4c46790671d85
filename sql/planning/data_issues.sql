/*
about: >-
  What is wrong or doubtful in the data and what to do about it. One row per issue and the thing
  it is about.
grain: [issue, document_kind, document_id, line_id]
example: |
  -- What is to be mended in Cin7, the worst first?
  select severity, issue, count(*) as records, any_value(suggestion) as what_to_do
  from planning.data_issues group by severity, issue order by min(severity) = 'info', records desc
columns:
  issue: Name of the issue, such as description_only_line or branch_unmapped.
  document_kind: >-
    What it is about; a kind of document, branch, product_option, contact, bom_master or setting,
    or what else Cin7 lists.
  document_id: Cin7 id of it; 0 where documents name no branch, or where it is about all of a kind.
  line_id: Cin7 id of the line, below 0 its place; 0 where the issue is about the whole.
  severity: error (numbers are wrong until it is fixed), warning or info.
  detail: >-
    What is wrong; lines with reference, code, units and value in document currency. An e-mail
    address that somebody wrote into a line is not shown, nor what exceeds 500 characters.
  suggestion:
checks:
  severity_is_known: severity in ('error', 'warning', 'info')
  detail_is_not_null: detail is not null
  suggestion_is_not_null: suggestion is not null
*/
with

issues as (
    select * from issues.lines
    union all by name
    select * from issues.branches
    union all by name
    select * from issues.default_branch
    union all by name
    select * from issues.left_out_demand
    union all by name
    select * from issues.production
    union all by name
    select * from issues.stock
    union all by name
    select * from issues.receipts
    union all by name
    select * from issues.returns
    union all by name
    select * from issues.items
    union all by name
    select * from issues.order_shipping
    union all by name
    select * from issues.order_totals
    union all by name
    select * from issues.amounts
    union all by name
    select * from issues.order_entry
    union all by name
    select * from issues.stages
    union all by name
    select * from issues.double_sales
    union all by name
    select * from issues.customers
    union all by name
    select * from issues.order_emails
    union all by name
    select * from issues.overdue_supply
    union all by name
    select * from issues.forecasts
    union all by name
    select * from issues.components
    union all by name
    select * from issues.line_signs
    union all by name
    select * from issues.sizes
    union all by name
    select * from issues.catalogue
    union all by name
    select * from issues.distribution_branches
    union all by name
    select * from issues.transfers
    union all by name
    select * from issues.dates
    union all by name
    select * from issues.boms
    union all by name
    select * from issues.reads
    union all by name
    select * from issues.records
    union all by name
    select * from issues.implausible_numbers
    union all by name
    select * from issues.planning_settings
),

masked as (
    select
        issue,
        document_kind,
        document_id,
        line_id,
        severity,
        regexp_replace(
            detail, '[^\s@<>(),;"]+@[^\s@<>(),;"]+\.[^\s@<>(),;"]+', '(e-mail address)', 'g'
        ) as detail,
        suggestion
    from issues
)

select
    issue,
    document_kind,
    document_id,
    line_id,
    severity,
    case when length(detail) > 500 then left(detail, 499) || '…' else detail end as detail,
    suggestion
from masked
