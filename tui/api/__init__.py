"""LlamaCloud over HTTP. Knows nothing of a terminal."""
