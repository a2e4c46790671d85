/*
title: Trust
about: What is wrong in the data and what to do about it, errors first.
shown_as: table
place: 16
limit: 12
nothing: Nothing is wrong that we know of.
*/
select
    severity,
    replace(issue, '_', ' ') as issue,
    count(*) as found,
    any_value(suggestion order by document_id) as what_to_do
from planning.data_issues
where severity <> 'info'
group by severity, issue
order by severity asc, found desc, issue asc
