"""What the app does, without a terminal: sessions, turns, drafts, and the way to a backend. Never imports Textual."""
