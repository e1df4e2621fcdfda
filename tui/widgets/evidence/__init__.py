"""Checking an answer: widgets that show what it was built from."""
