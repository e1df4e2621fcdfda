"""A part of a conversation becomes styled lines at a width."""
