"""The documents: read from folders, cut into passages, and kept up to date."""
