/*
title: Changed since yesterday
about: What Cin7 says otherwise of known documents, as read in the last 24 hours; the latest first.
shown_as: table
place: 14
limit: 12
nothing: Nothing that was known before has changed.
*/
select
    replace(document_kind, '_', ' ') as document,
    order_number,
    replace(field, '_', ' ') as what,
    before,
    after
from planning.document_changes
where seen_at > (select max(data_as_of_at) from planning.sync_status) - interval 1 day
order by seen_at desc, document_kind asc, document_id asc, line_id asc, field asc
