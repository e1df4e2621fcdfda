"""Searching all sessions: the dialog with what is found, and the way to a place in a conversation."""
