"""One turn as an async iterator of events."""
