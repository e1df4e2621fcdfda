"""An App whose styles are parsed once before its first frame.

Textual (8.2.8) parses them with its own theme, and again when it hears of the App's, which it does at the start in any
case. `tests/start/test_startup.py` notices where it no longer does.
"""

from textual.app import App


class StyledOnceApp(App[None]):
    """An App that begins with a theme of its own."""

    _begun_theme: str | None = None

    def begin_with_theme(self, name: str) -> None:
        """Take a theme before the App runs."""
        self.theme = name
        self.stylesheet.set_variables(self.get_css_variables())
        self._begun_theme = name

    def refresh_css(self, animate: bool = True) -> None:
        """Parse and apply the styles anew; not at the start, when they have just been, with the same theme."""
        is_done, self._begun_theme = self._begun_theme == self.theme, None
        if not is_done:
            super().refresh_css(animate)
