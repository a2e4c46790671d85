/*
about: >-
  Cin7's own stock figures against what the documents say, so that a number that looks wrong can
  be traced: open the rows where difference is not 0, largest first, and do what likely_cause
  says. One row per option, size, warehouse and measure where either figure is not 0.
grain: [product_option_id, size, warehouse, measure]
example: |
  -- Where do Cin7 and these tables disagree?
  select sku, name, warehouse, measure, ours, cin7, likely_cause from planning.reconciliation
  where difference <> 0 order by abs(difference) desc limit 20
columns:
  product_option_id: Cin7 id of the option.
  size: Size of the item; '' when unsized.
  warehouse: Warehouse of the documents and of the stock; unmapped where the branch is not known.
  measure: >-
    The figure of Cin7's stock list that is compared. incoming with the open lines of Active
    purchase orders; open_sales with the open lines of approved, undispatched sales orders, of a
    kit its components; holding with the open lines of Active transfers, at the warehouse whose row
    carries them in this account, the sending or the receiving one; available with on_hand less
    open_sales of planning.inventory.
  sku: Code of the item, verbatim.
  ours: Units by the documents, in stocking units.
  cin7: Units by Cin7's stock list, in stocking units.
  difference: Ours less Cin7's, in stocking units.
  likely_cause: >-
    Null where both agree, else the first that applies. "documents without a branch": give them one
    in Cin7, or name one in CIN7_DEFAULT_BRANCH_ID. "unmapped branch": add the branch to
    data/settings/warehouses.csv. "not kept in stock": by its stock control or the settings, so
    that Cin7 may count none. "kit components": Cin7 may count the kit, its parts or both.
    "description-only lines": an open line has the code and no item; see data_issues. "several
    items share the sku": give each a code of its own. "faulty, laid by or held by hand": look for
    them in Cin7. "opened before the history that was read": cin7 resync reads it. "not in Cin7's
    incoming: received or closed there?": look at the older open purchase orders. "changed between
    the two reads": nothing else explains it; the next sync should fix it.
  name: Name of the product.
checks:
  difference_is_ours_less_cin7s: difference = ours - cin7
  every_difference_has_a_cause: (difference = 0) = (likely_cause is null)
  measure_is_known: measure in ('incoming', 'open_sales', 'holding', 'available')
*/
with

figures as (
    select
        product_option_id,
        size,
        warehouse,
        sku,
        unnest(['incoming', 'open_sales', 'holding', 'available']) as measure,
        unnest([0, 0, 0, on_hand - open_sales]) as ours,
        unnest([incoming, open_sales, holding, available]) as cin7
    from planning.inventory
    union all by name
    select
        product_option_id,
        size,
        warehouse,
        sku,
        'incoming' as measure,
        open_quantity as ours,
        created_on
    from planning.purchase_order_lines
    where state = 'Active'
    union all by name
    select
        product_option_id,
        size,
        warehouse,
        sku,
        'open_sales' as measure,
        open_quantity as ours
    from core.reserved_lines
    union all by name
    select
        product_option_id,
        size,
        warehouse,
        sku,
        'holding' as measure,
        quantity as ours
    from core.transfer_holdings
),

compared as (
    select
        product_option_id,
        size,
        warehouse,
        measure,
        min(sku) as sku,
        sum(ours)::decimal(18, 4) as ours,
        coalesce(sum(cin7), 0)::decimal(18, 4) as cin7,
        min(created_on) as oldest_on,
        warehouse = 'unmapped' and coalesce(sum(cin7), 0) = 0 as is_without_branch
    from figures
    group by product_option_id, size, warehouse, measure
    having sum(ours) <> 0 or coalesce(sum(cin7), 0) <> 0
),

-- What documents without a branch ask for is missing where Cin7 counts it.
searched as (
    select
        *,
        bool_or(is_without_branch) over (
            partition by product_option_id, size, measure
        ) as lacks_documents_without_branch
    from compared
)

select
    compared.product_option_id,
    compared.size,
    compared.warehouse,
    compared.measure,
    compared.sku,
    compared.ours,
    compared.cin7,
    (compared.ours - compared.cin7)::decimal(18, 4) as difference,
    case
        when compared.ours = compared.cin7 then null
        when
            compared.is_without_branch
            or (compared.ours < compared.cin7 and compared.lacks_documents_without_branch)
            then 'documents without a branch'
        when compared.warehouse = 'unmapped' then 'unmapped branch'
        when causes.cause is not null then causes.cause
        when compared.measure = 'holding' and compared.ours < compared.cin7
            then 'faulty, laid by or held by hand'
        when causes.is_older_than_history and compared.ours < compared.cin7
            then 'opened before the history that was read'
        when
            compared.measure = 'incoming'
            and compared.ours > compared.cin7
            and compared.oldest_on < today.today_on - 1
            then 'not in Cin7''s incoming: received or closed there?'
        else 'changed between the two reads'
    end as likely_cause,
    items.name
from searched as compared
cross join core.today as today
left join core.mismatch_causes as causes using (product_option_id, size, measure)
left join core.items as items using (product_option_id, size)
