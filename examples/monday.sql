-- The questions of a Monday, each at most four lines on the published tables;
-- paste one into any DuckDB client on data/cin7.duckdb; number 13 wants the reference of an order for $order_number.

-- 1. What must I reorder today, and how much?
select source, sku, name, warehouse, quantity, value, currency, order_by_on
from planning.suggested_orders
where order_by_on <= (select made_on from planning.forecast_status where engine = 'built_in') order by source, sku;

-- 2. What runs out before its next delivery?
select sku, name, warehouse, supplier_name, available, daily_demand, runs_out_on, next_receipt_on, days_without
from planning.positions
where not is_out and runs_out_on < coalesce(next_receipt_on, 'infinity') order by runs_out_on;

-- 3. Which transfers are late?
select order_number, source, destination_warehouse, promised_on, expected_on, sum(open_quantity) as units
from planning.replenishments
where kind = 'transfer' and is_overdue group by all order by promised_on;

-- 4. Which purchase orders are late, by how much, and worth what?
select late.order_number, supplier_name, promised_on, sum(late.open_quantity) as units, sum(open_value_base) as value
from planning.replenishments as late join planning.purchase_order_lines as lines
    on document_id = purchase_order_id and (late.line_id, late.size) = (lines.line_id, lines.size)
where kind = 'purchase_order' and is_overdue group by all order by promised_on;

-- 5. What sold unusually?
select sku, name, warehouse, units, on_date, sentence
from planning.exceptions where kind = 'unusual_sales' order by units desc;

-- 6. What did each channel sell last month, against the month before?
select channel, date_trunc('month', sold_on) as month, sum(quantity) as units, sum(net_amount_base) as amount, sum(margin_base) as margin
from planning.sales_lines group by all order by month desc, amount desc;

-- 7. Where do Cin7 and we disagree?
select sku, name, warehouse, measure, ours, cin7, likely_cause
from planning.reconciliation where difference <> 0 order by abs(difference) desc;

-- 8. What is overstocked?
select sku, name, warehouse, units, value, currency, on_date as lasts_until
from planning.exceptions where kind = 'excess' order by value desc;

-- 9. What is dead stock?
select sku, name, warehouse, on_hand, stock_value, currency, last_left_on
from planning.positions semi join (from planning.exceptions where kind = 'dead_stock') using (product_option_id, size, warehouse)
order by stock_value desc;

-- 10. How reliable is a supplier?
select supplier_name, order_count, p50_days, p80_days, p95_days, mean_days_late, on_time_share, in_full_share, overdue_quantity
from planning.suppliers order by overdue_quantity desc, on_time_share;

-- 11. Which orders cannot ship, and why?
select order_number, customer, due_on, open_quantity, open_value_base, missing, has_stock
from planning.order_readiness where not is_ready or not has_stock order by due_on;

-- 12. How much of what sells is in stock?
select warehouse, avg((not is_out)::integer) as in_stock_rate, count(*) as items
from planning.positions where daily_demand > 0 group by warehouse order by warehouse;

-- 13. What if this order slips two weeks?
with slipped as (from planning.projected_stock_explained where order_number = $order_number)
select sku, warehouse, sum(quantity) as units, count(*) filter (projected > 0 and projected <= quantity) as more_days_without
from slipped join planning.projected_stock as stock using (product_option_id, size, warehouse, sku)
where stock.day_on >= slipped.day_on and stock.day_on < slipped.day_on + 14 group by all;

-- 14. What changed since yesterday?
select document_kind, order_number, field, before, after, seen_at
from planning.document_changes where seen_at > (select max(data_as_of_at) from planning.sync_status) - interval 1 day order by seen_at;

-- 15. What is the stock worth, by warehouse?
select warehouse, sum(stock_value) as value, currency, count(*) filter (on_hand > 0 and stock_value is null) as without_cost
from planning.positions group by all order by value desc;
