/*
about: >-
  Lines, bills and stock with a number that cannot be, such as a barcode that was scanned into a
  quantity, and lines whose quantity counts but is as long as a barcode. One row per issue and line,
  component, option or branch.
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
with

judged_lines as (
    select
        line_number,
        min(implausible_by) as implausible_by,
        max(greatest(abs(ordered_quantity), abs(fulfilled_quantity))) as most_units
    from core.document_line_items
    group by line_number
),

lines as (
    select
        coalesce(judged.implausible_by, 'quantity_implausible') as issue,
        numbered.document_kind::varchar as document_kind,
        numbered.document_id,
        numbered.line_id,
        judged.implausible_by is not null as is_left_out,
        coalesce(numbered.code, numbered.name, '') as code
    from judged_lines as judged
    inner join core.document_lines as numbered using (line_number)
    cross join core.plausible_numbers as limits
    where judged.implausible_by is not null or judged.most_units >= limits.barcode_limit
),

-- Of a warehouse's many rows and days the option is told once; what is no item, by its branch.
stock as (
    select
        case when items.product_option_id is null then 'branch' else 'product_option' end
            as document_kind,
        coalesce(items.product_option_id, stock.branch_id) as document_id,
        arg_max(coalesce(stock.code, stock.product_option_id::varchar), stock.most_units) as code,
        arg_max(stock.branch_id, stock.most_units) as branch_id,
        arg_max(stock.snapshot_on, stock.most_units) as snapshot_on,
        max(stock.most_units) as most_units,
        count(*) as row_count
    from core.branch_stock as stock
    left join core.items as items
        on
            stock.product_option_id = items.product_option_id
            and stock.size = items.size
            and not items.is_deleted
    where stock.is_implausible
    group by
        case when items.product_option_id is null then 'branch' else 'product_option' end,
        coalesce(items.product_option_id, stock.branch_id)
)

select
    lines.issue,
    lines.document_kind,
    lines.document_id,
    lines.line_id,
    case when lines.is_left_out then 'error' else 'warning' end as severity,
    printf(
        '%s: "%s" has %s units (done: %s) at %s, discount %s%s',
        coalesce(documents.order_number, lines.document_id::varchar),
        case when length(lines.code) > 80 then left(lines.code, 79) || '…' else lines.code end,
        coalesce(texts.quantity, 0)::varchar,
        coalesce(texts.fulfilled_quantity, 0)::varchar,
        coalesce(texts.unit_price, 0)::varchar,
        coalesce(texts.discount, 0)::varchar,
        coalesce(
            '; sizes '
            || list_aggregate(
                list_transform(
                    texts.sizes[:6],
                    lambda x: concat(
                        left(struct_extract(x, 'name'), 20), ' ', struct_extract(x, 'qty')
                    )
                ),
                'string_agg',
                ', '
            ),
            ''
        )
    ) as detail,
    case
        when lines.is_left_out
            then
                'Correct the line in Cin7, a barcode may have been scanned into it; until then it '
                || 'counts nowhere and stands in excluded_lines.'
        else
            'Look whether a barcode was scanned into the quantity, and correct it in Cin7; the '
            || 'line counts.'
    end as suggestion
from lines
inner join core.documents as documents using (document_kind, document_id)
inner join staging.document_lines as texts using (document_kind, document_id, line_id)
where not documents.is_deleted
union all
select
    'component_quantity_implausible' as issue,
    'sales_order' as document_kind,
    sales_order_id as document_id,
    line_id,
    'error' as severity,
    'the bill of materials of the kit makes more units of a component than there can be' as detail,
    'Correct the bill or the quantity in Cin7; until then the sale takes none of the component.'
        as suggestion
from core.kit_components
where quantity is null
group by sales_order_id, line_id
union all
select
    'quantity_implausible' as issue,
    'bom_master' as document_kind,
    lines.bom_master_id as document_id,
    lines.component_id as line_id,
    'error' as severity,
    printf(
        'bill %s: %s units of the component "%s"',
        coalesce(min(lines.reference), lines.bom_master_id::varchar),
        max(lines.quantity)::varchar,
        coalesce(min(lines.component_code), '')
    ) as detail,
    'Correct the quantity in the bill in Cin7; the component is not counted.' as suggestion
from core.bom_lines as lines
inner join core.plausible_numbers as limits on abs(lines.quantity) >= limits.unit_limit
group by lines.bom_master_id, lines.component_id
union all
select
    'quantity_implausible' as issue,
    document_kind,
    document_id,
    0::bigint as line_id,
    'error' as severity,
    printf(
        'stock of "%s" at branch %s on %s: %s units; %s such rows of the stock list',
        code,
        branch_id::varchar,
        snapshot_on::varchar,
        most_units::varchar,
        row_count::varchar
    ) as detail,
    'Correct the stock in Cin7, a barcode may have been scanned into an adjustment; until then the '
    || 'quantity is read as if there were none.' as suggestion
from stock
