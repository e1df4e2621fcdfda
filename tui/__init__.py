"""A terminal app to research documents by chatting with LlamaCloud's agent."""
