"""Dialogs about a session of the list."""
