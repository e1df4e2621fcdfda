"""Choosing indexes: the picker, the sets of indexes to choose again, and the prompt for a folder to add."""
