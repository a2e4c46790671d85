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
  discount: Discount on the size in document currency.
checks:
  fulfilled_quantity_is_not_null: fulfilled_quantity is not null
  discount_is_not_null: discount is not null
*/
with

running as (
    select
        line_number,
        size,
        position,
        quantity,
        sum(quantity) over (partition by line_number order by position)::decimal(18, 4)
            as quantity_so_far,
        sum(quantity) over (partition by line_number)::decimal(18, 4) as line_quantity
    from core.document_line_sizes
),

-- The quotient is a float: ten exact digits first, or a tie would fall by chance.
totals as (
    select
        running.line_number,
        running.size,
        running.position,
        running.quantity,
        case
            when running.line_quantity = 0 then lines.fulfilled_quantity
            else round(
                (lines.fulfilled_quantity * running.quantity_so_far / running.line_quantity)
                ::decimal(28, 10), 4
            )
        end::decimal(18, 4) as fulfilled_so_far,
        case
            when running.line_quantity = 0 then lines.discount
            else round(
                (lines.discount * running.quantity_so_far / running.line_quantity)
                ::decimal(28, 10), 4
            )
        end::decimal(18, 4) as discount_so_far
    from running
    inner join core.document_lines as lines using (line_number)
)

select
    line_number,
    size,
    quantity,
    (fulfilled_so_far - coalesce(lag(fulfilled_so_far) over line, 0))::decimal(18, 4)
        as fulfilled_quantity,
    (discount_so_far - coalesce(lag(discount_so_far) over line, 0))::decimal(18, 4) as discount
from totals
window line as (partition by line_number order by position)
