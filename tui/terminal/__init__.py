"""The way to the terminal: a frame writes only what differs from what is shown, and as fast as the terminal follows."""
