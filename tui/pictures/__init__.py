"""The pictures of pages: fetched, decoded in a process of their own, and drawn as a terminal can show them."""
