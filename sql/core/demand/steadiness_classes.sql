/*
about: >-
  How steadily something sells, by how many weeks pass per week with sales and by the squared
  coefficient of variation of what those weeks took; the limits are those of Syntetos and Boylan.
  One row per class.
grain: [steadiness]
columns:
  steadiness: smooth, erratic (amounts differ), intermittent (weeks without sales) or lumpy (both).
  least_interval: Weeks per week with sales, from these on.
  below_interval: Weeks per week with sales, below these.
  least_variation: Variation, from this on.
  below_variation: Variation, below this.
*/
select
    unnest(['smooth', 'erratic', 'intermittent', 'lumpy']) as steadiness,
    unnest(['-infinity'::double, '-infinity'::double, 1.32, 1.32]) as least_interval,
    unnest([1.32, 1.32, 'infinity'::double, 'infinity'::double]) as below_interval,
    unnest(['-infinity'::double, 0.49, '-infinity'::double, 0.49]) as least_variation,
    unnest([0.49, 'infinity'::double, 0.49, 'infinity'::double]) as below_variation
