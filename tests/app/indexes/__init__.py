"""Choosing indexes in the whole app."""
