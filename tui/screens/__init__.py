"""Screens and dialogs: they handle what widgets post, run the workspace's coroutines, show what it publishes."""
