"""How fast the real app is, beside Textual's own ways, measured in a real pseudo-terminal: `python -m benchmarks`."""
