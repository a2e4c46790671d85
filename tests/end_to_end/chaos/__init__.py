"""Days of an account under every trouble we know of, and the proof that no row is lost by it."""
