/*
about: >-
  Codes of items and of lines that are only a description, as a person would read them: without
  regard to case, to blanks and what cannot be seen, and to which dash or accent of two it is. One
  row per code.
grain: [code]
columns:
  code: Code, verbatim.
  folded_code: What it is read as; codes that look the same have the same, '' where nothing is seen.
*/
with

codes as (
    select sku as code
    from core.items
    union
    select lines.code
    from core.line_exclusions as rules
    inner join core.document_lines as lines using (line_number)
    where rules.rule = 'description_only'
),

-- \p{Cf} is not seen at all, \p{Pd} are dashes, \p{Z} blanks of any width.
visible_codes as (
    select
        code,
        regexp_replace(
            regexp_replace(nfc_normalize(code), '\p{Cf}', '', 'g'), '\p{Pd}', '-', 'g'
        ) as visible_code
    from codes
    where code is not null
)

select
    code,
    lower(trim(regexp_replace(visible_code, '[\s\p{Z}]+', ' ', 'g'))) as folded_code
from visible_codes
