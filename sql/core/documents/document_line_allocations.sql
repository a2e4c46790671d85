/*
about: >-
  What Cin7 keeps for a whole line, spread over its sizes in proportion to the quantities: each
  size gets the rounded running total less what the sizes before it got, so that nothing is lost
  to rounding. One row per size of a line that has sizes.
grain: [line_number, size]
columns:
  line_number:
  size:
  quantity: Units of the size on the line.
  fulfilled_quantity: Units of the size that were shipped or received.
  discount: Discount on what of the size was sold, in document currency.
checks:
  fulfilled_quantity_is_not_null: fulfilled_quantity is not null
  discount_is_not_null: discount is not null
*/
with

lines as (
    select
        line_number,
        lines.fulfilled_quantity,
        lines.sold_discount as discount,
        sum(sizes.quantity)::decimal(18, 4) as line_quantity
    from core.document_line_sizes as sizes
    inner join core.document_lines as lines using (line_number)
    where lines.sizes is not null
    group by line_number, lines.fulfilled_quantity, lines.sold_discount
),

-- Shipped in full or not at all, and without a discount: most lines, with nothing to divide.
undivided_lines as (
    select *
    from lines
    where fulfilled_quantity in (0, line_quantity) and discount = 0
),

divided_sizes as (
    select
        sizes.line_number,
        sizes.size,
        sizes.position,
        sizes.quantity,
        lines.fulfilled_quantity,
        lines.discount,
        lines.line_quantity,
        sum(sizes.quantity) over (partition by sizes.line_number order by sizes.position)
        ::decimal(18, 4) as quantity_so_far
    from core.document_line_sizes as sizes
    inner join lines using (line_number)
    anti join undivided_lines using (line_number)
),

-- The quotient is a float: ten exact digits first, or a tie would fall by chance. What the sizes
-- have together is the line's, to the last digit. Where sizes above and below 0 all but cancel out,
-- a share can be of any size.
totals as (
    select
        line_number,
        size,
        position,
        quantity,
        case
            when line_quantity in (0, quantity_so_far) then fulfilled_quantity
            else round(
                (fulfilled_quantity::decimal(38, 4) * quantity_so_far / line_quantity)
                ::decimal(38, 10),
                4
            )
        end::decimal(38, 4) as fulfilled_so_far,
        case
            when line_quantity in (0, quantity_so_far) then discount
            else round(
                (discount::decimal(38, 4) * quantity_so_far / line_quantity)::decimal(38, 10), 4
            )
        end::decimal(38, 4) as discount_so_far
    from divided_sizes
)

select
    line_number,
    size,
    quantity,
    (fulfilled_so_far - coalesce(lag(fulfilled_so_far) over line, 0))::decimal(38, 4)
        as fulfilled_quantity,
    (discount_so_far - coalesce(lag(discount_so_far) over line, 0))::decimal(38, 4) as discount
from totals
window line as (partition by line_number order by position)
union all
select
    sizes.line_number,
    sizes.size,
    sizes.quantity,
    case when lines.fulfilled_quantity = 0 then 0 else sizes.quantity end as fulfilled_quantity,
    0 as discount
from core.document_line_sizes as sizes
inner join undivided_lines as lines using (line_number)
