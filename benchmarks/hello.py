"""The least Textual app there is: what all figures of start, memory and time are ratios to."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """Shows one line."""

    def compose(self) -> ComposeResult:
        yield Static("HELLO-WORLD")


if __name__ == "__main__":
    Hello().run()
