/*
about: Files of forecasts that are refused, each by the first row that is wrong; one row per file.
grain: [issue, document_kind, document_id, line_id]
columns:
  issue:
  document_kind:
  document_id: 0, as files have no id.
  line_id: Place of the file among those that are refused, below 0.
  severity:
  detail:
  suggestion:
*/
select
    'forecast_refused' as issue,
    'forecast' as document_kind,
    0::bigint as document_id,
    -(row_number() over (order by engine, made_on, file)) as line_id,
    'warning' as severity,
    'data/forecasts/' || file || ': ' || problem as detail,
    'Correct the file, or let the engine write it again; until then its last good file, or another '
    || 'forecast, is used.' as suggestion
from settings.forecast_files
where problem is not null
