/*
title: Head
about: Lines below the title; the second column is when the data were read.
shown_as: facts
place: 0
*/
with

facts as (
    select
        1 as place,
        'Data of ' || strftime(min(data_as_of_at), '%-d %b %Y %H:%M') || ' (UTC).' as fact,
        min(data_as_of_at) as read_at
    from planning.sync_status
    where not is_skipped and data_as_of_at is not null
    union all
    select
        2 as place,
        entity || ' cannot be read since ' || strftime(failing_since, '%-d %b %H:%M') || ' (UTC): '
        || last_error as fact,
        null as read_at
    from planning.sync_status
    where failing_since is not null
    union all
    select
        3 as place,
        format('{:,}', sum(quantity)::bigint) || ' units in ' || format('{:,}', count(*))
        || ' order lines do not count as demand, as the settings leave their channel out; they left'
        || ' the shelf all the same.' as fact,
        null as read_at
    from planning.excluded_lines
    where rule = 'channel_excluded'
    having count(*) > 0
)

select
    fact,
    read_at
from facts
where fact is not null
order by place, fact
