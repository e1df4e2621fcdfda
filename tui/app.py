"""The Textual app: themes, stylesheets, global keys, which screen."""
