/*
about: >-
  What one unit of each product with a bill of materials takes in the end: components that have a
  bill themselves are taken apart, down to 10 bills deep. A component that is its own product
  again is not followed; one that is no item is left out (see issues.boms). One row per product and
  component.
grain: [kit_option_id, component_option_id]
columns:
  kit_option_id: Option that is made; its own components, not those of its sizes.
  component_option_id: Option that is taken, of size ''.
  quantity: Units that one unit of the product takes, over all ways that lead to the component; null
    where there cannot be so many.
checks:
  nothing_is_its_own_component: kit_option_id <> component_option_id
  quantity_is_not_negative: {expect: quantity >= 0, severity: warn}
*/
with recursive

steps as (
    select
        lines.kit_option_id,
        lines.component_option_id,
        lines.is_component_known,
        case when abs(lines.quantity) < limits.unit_limit then lines.quantity end as quantity,
        limits.unit_limit
    from core.bom_lines as lines
    cross join core.plausible_numbers as limits
    where lines.is_used and lines.component_option_id is not null
),

bills as (
    select distinct kit_option_id
    from steps
),

ways as (
    select
        kit_option_id,
        component_option_id,
        is_component_known,
        quantity::decimal(38, 12) as quantity,
        [kit_option_id] as made_options
    from steps
    where component_option_id <> kit_option_id
    union all
    select
        ways.kit_option_id,
        steps.component_option_id,
        steps.is_component_known,
        case
            when abs(ways.quantity * steps.quantity) < steps.unit_limit
                then ways.quantity * steps.quantity
        end::decimal(38, 12) as quantity,
        list_append(ways.made_options, steps.kit_option_id) as made_options
    from ways
    inner join steps on ways.component_option_id = steps.kit_option_id
    where
        len(ways.made_options) < 10
        and steps.component_option_id <> steps.kit_option_id
        and not list_contains(ways.made_options, steps.component_option_id)
)

select
    ways.kit_option_id,
    ways.component_option_id,
    case when bool_and(ways.quantity is not null) then sum(ways.quantity) end::decimal(38, 12)
        as quantity
from ways
left join bills on ways.component_option_id = bills.kit_option_id
where ways.is_component_known and (bills.kit_option_id is null or len(ways.made_options) = 10)
group by ways.kit_option_id, ways.component_option_id
