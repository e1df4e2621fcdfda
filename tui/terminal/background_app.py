"""An App whose theme goes with the terminal's own background, and follows where that changes."""

from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App

from tui.terminal.background import is_dark
from tui.themes.names import AUTO

if TYPE_CHECKING:
    from tui.terminal.driver import ResilientDriver


class BackgroundApp(App[None]):
    """Knows whether the background is dark once the terminal has said so; nothing waits for that."""

    THEME_ON_DARK: ClassVar[str] = "textual-dark"
    THEME_ON_LIGHT: ClassVar[str] = "textual-light"

    has_dark_background = True
    """Whether the terminal's background is dark; true until it says something else."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._follows_background = False

    @property
    def resilient_driver(self) -> "ResilientDriver | None":
        """The driver, where the app runs in a terminal that it knows how to talk to."""
        driver: Any = self._driver
        return driver if hasattr(driver, "follow_background") else None

    def follow_background(self, *, follows: bool) -> None:
        """Have the theme go with the terminal's background, or not."""
        self._follows_background = follows
        if self.resilient_driver is not None:
            self.resilient_driver.follow_background(follows=follows)

    def use_theme(self, name: str) -> None:
        """Be drawn in a theme; `AUTO`: in the one that goes with the terminal's background, also later."""
        self.follow_background(follows=name == AUTO)
        self.theme = self.theme_named(name)

    def theme_named(self, name: str) -> str:
        """The theme that is meant: with `AUTO` the one that goes with the terminal's background."""
        of_background = self.THEME_ON_DARK if self.has_dark_background else self.THEME_ON_LIGHT
        return of_background if name == AUTO else name

    def on_mount(self) -> None:
        self.follow_background(follows=self._follows_background)

    def on_resilient_driver_answered(self, message: "ResilientDriver.Answered") -> None:
        if (told := is_dark(message.text)) is not None:
            self.has_dark_background = told
            if self._follows_background:
                self.theme = self.theme_named(AUTO)
