"""Why a document or an item stands where it stands: what `cin7 why` asks the databases."""
