/*
about: Stock as it was last read, renamed; one row per option, size and branch.
grain: [product_option_id, size, branch_id]
columns:
  product_option_id: Cin7 id of the option.
  size: Size; '' when unsized.
  branch_id: Branch the stock is at.
  product_id: Product the option belongs to.
  code: Code of the item in the stock list.
  on_hand: Units on hand.
  open_sales: Units on approved, undispatched sales orders.
  available: Units on hand less open sales, as Cin7 says.
  incoming: Units on approved, unreceived purchase orders.
  virtual: Kits that could be built.
  holding: Units set aside, dispatched transfers among them.
  modified_at: Last stock movement (UTC).
  read_at: When this version was read (UTC).
  deleted_at:
*/
select
    product_option_id,
    coalesce(size, '') as size,
    branch_id,
    nullif(product_id, 0) as product_id,
    code,
    stock_on_hand as on_hand,
    open_sales,
    available,
    incoming,
    virtual,
    holding,
    timezone('UTC', modified_date) as modified_at,
    timezone('UTC', read_at) as read_at,
    timezone('UTC', deleted_at) as deleted_at
from raw.stock
