"""The API key: where it is found and where it is kept."""
