"""Searching all sessions, and fetching those that were never opened on this machine."""
