"""What is kept on this machine: one SQLite file. Needs only the standard library, so that it can be read at once."""
