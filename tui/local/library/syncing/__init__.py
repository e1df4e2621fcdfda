"""Keeping indexes up to date with their folders: who watches these, who reads what changed, and what is said of it."""
