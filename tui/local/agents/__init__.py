"""From a question to the events of a turn: with a language model, or by quoting."""
