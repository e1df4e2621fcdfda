"""The stylesheets, as package data."""
