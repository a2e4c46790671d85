/*
about: >-
  From where on a number in Cin7 was mistyped, such as a barcode that was scanned into a quantity;
  it is read as unset. The sums of a hundred thousand numbers below fit the tables. One row.
grain: [unit_limit]
columns:
  unit_limit: A billion units of one line, size or row of stock; barcodes have 8 to 14 digits.
  barcode_limit: Ten million units, the shortest barcode; what lies above counts, and is told.
  money_limit: A million millions as a price or discount, for a barcode of a product has 13 digits;
    it leaves room for an order of 40 million dollars in rupiah or dong.
  value_limit: What the value of a line cannot reach in the tables.
*/
select
    1e9::decimal(18, 4) as unit_limit,
    1e7::decimal(18, 4) as barcode_limit,
    1e12::decimal(18, 4) as money_limit,
    1e14::decimal(38, 4) as value_limit
