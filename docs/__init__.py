"""The manual, as package data: the first index of a new user."""
