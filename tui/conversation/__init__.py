"""What a conversation is. Knows nothing of a terminal or a network."""
