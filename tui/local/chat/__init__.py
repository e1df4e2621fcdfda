"""Sessions as they are stored, and the turns that run in them."""
