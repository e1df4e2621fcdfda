"""One HTTP client for every route of the chat API."""
