/*
about: >-
  What the lines of all four kinds of documents have in common, each with a number by which the
  tables made from it are joined; a line with a number that cannot be has none. One row per line.
grain: [line_number]
columns:
  line_number: Number of the line in this build; of no meaning, and another one in the next.
  document_kind: sales_order, purchase_order, transfer or credit_note.
  document_id: Cin7 id of the document.
  line_id:
  parent_line_id:
  is_component: True where the line is a component of a kit on the same document.
  product_option_id:
  code:
  name:
  quantity: Units of the whole line; negative on credit notes.
  fulfilled_quantity: Units of the whole line that were shipped, received or taken back.
  is_partly_fulfilled: True where something was shipped, received or taken back.
  unit_price:
  discount: Discount on the whole line in document currency; sales orders and credit notes only.
  sold_discount: What of it goes with what was shipped or came back; all of it where all or nothing
    was.
  sizes: Name, code and quantity of each size that has a name; null for a line without sizes.
  implausible_by: quantity_implausible where a quantity cannot be, else value_implausible where
    price or discount cannot; null where all can.
*/
with

lines as (
    select
        row_number() over () as line_number,
        document_kind,
        document_id,
        line_id,
        parent_line_id,
        parent_line_id is not null as is_component,
        product_option_id,
        code,
        name,
        coalesce(quantity, 0) as quantity,
        coalesce(
            fulfilled_quantity, case when document_kind = 'credit_note' then quantity end, 0
        ) as fulfilled_quantity,
        coalesce(unit_price, 0) as unit_price,
        coalesce(discount, 0) as discount,
        nullif(list_filter(sizes, lambda size: size.name <> ''), []) as sizes
    from staging.document_lines
),

judged as (
    select
        lines.*,
        case
            when
                greatest(
                    abs(lines.quantity),
                    abs(lines.fulfilled_quantity),
                    list_sum(
                        list_transform(lines.sizes, lambda x: abs(struct_extract(x, 'qty')::double))
                    )
                ) >= limits.unit_limit
                then 'quantity_implausible'
            when greatest(abs(lines.unit_price), abs(lines.discount)) >= limits.money_limit
                then 'value_implausible'
        end as implausible_by
    from lines
    cross join core.plausible_numbers as limits
)

select
    line_number,
    document_kind,
    document_id,
    line_id,
    parent_line_id,
    is_component,
    product_option_id,
    code,
    name,
    case when implausible_by = 'quantity_implausible' then 0 else quantity end as quantity,
    case when implausible_by = 'quantity_implausible' then 0 else fulfilled_quantity end
        as fulfilled_quantity,
    case
        when implausible_by = 'quantity_implausible' then false
        when document_kind = 'credit_note' then fulfilled_quantity <> 0
        else fulfilled_quantity > 0
    end as is_partly_fulfilled,
    case when implausible_by is null then unit_price else 0 end as unit_price,
    case when implausible_by is null then discount else 0 end as discount,
    case
        when implausible_by is not null then 0
        -- Credit notes have either sign.
        when
            fulfilled_quantity <> 0
            and abs(fulfilled_quantity) < abs(quantity)
            and (document_kind = 'credit_note' or least(fulfilled_quantity, quantity) > 0)
            then
                round(
                    (discount::decimal(38, 4) * abs(fulfilled_quantity) / abs(quantity))
                    ::decimal(38, 10),
                    4
                )
        else discount
    end::decimal(18, 4) as sold_discount,
    case
        when implausible_by = 'quantity_implausible'
            then
                list_transform(
                    sizes,
                    lambda x: struct_pack(
                        name := struct_extract(x, 'name'),
                        code := struct_extract(x, 'code'),
                        qty := 0::decimal(38, 4)
                    )
                )
        else sizes
    end as sizes,
    implausible_by
from judged
