"""What an answer was built from, in the whole app."""
