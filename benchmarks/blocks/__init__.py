"""How long one update of a long block takes."""
