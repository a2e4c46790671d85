/*
about: >-
  What is wrong or doubtful in the data and what to do about it. One row per issue and the thing
  it is about.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue: Name of the issue, such as description_only_line or branch_unmapped.
  document_kind: >-
    What it is about; a kind of document, branch, product_option, contact or bom_master.
  document_id: Cin7 id of it; 0 where documents name no branch.
  line_id: Cin7 id of the line; 0 where the issue is about the whole.
  severity: error (numbers are wrong until it is fixed), warning or info.
  detail: >-
    What is wrong; lines with reference, code, units and value in document currency. An e-mail
    address that somebody wrote into a line is not shown.
  suggestion: What to do about it.
checks:
  severity_is_known: severity in ('error', 'warning', 'info')
  detail_is_not_null: detail is not null
  suggestion_is_not_null: suggestion is not null
*/
with

issues as (
    select * from core.line_issues
    union all by name
    select * from core.branch_issues
    union all by name
    select * from core.branch_share_issues
    union all by name
    select * from core.item_issues
    union all by name
    select * from core.order_issues
    union all by name
    select * from core.order_total_issues
    union all by name
    select * from core.order_entry_issues
    union all by name
    select * from core.stage_issues
    union all by name
    select * from core.double_sale_issues
    union all by name
    select * from core.customer_issues
    union all by name
    select * from core.member_email_issues
    union all by name
    select * from core.transfer_issues
    union all by name
    select * from core.bom_issues
)

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
