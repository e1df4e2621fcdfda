"""The app's own four themes, beside Textual's.

Their backgrounds are so near to grey that a terminal of 256 colours shows three shades of grey: a colour with more hue
would become the nearest one of the colour cube, which is black or white.
"""

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="llama-dark",
    primary="#7fb4ca",
    secondary="#a292a3",
    accent="#d8a657",
    warning="#d8a657",
    error="#e46876",
    success="#98bb6c",
    foreground="#d5d3cb",
    background="#16181d",
    surface="#1d2026",
    panel="#262a32",
    dark=True,
    variables={"footer-key-foreground": "#d8a657", "input-selection-background": "#7fb4ca 30%"},
)

LIGHT = Theme(
    name="llama-light",
    primary="#1f6f8b",
    secondary="#77567a",
    accent="#9a5b00",
    warning="#9a5b00",
    error="#b3253a",
    success="#3f7a1e",
    foreground="#26292f",
    background="#f9f8f7",
    surface="#f0efeb",
    panel="#e4e2db",
    dark=False,
    variables={"footer-key-foreground": "#9a5b00", "input-selection-background": "#1f6f8b 25%"},
)

CONTRAST = replace(
    DARK,
    name="llama-contrast",
    primary="#8fd7ff",
    secondary="#ffb3ff",
    accent="#ffd75f",
    warning="#ffd75f",
    error="#ff9a9a",
    success="#a5f28a",
    foreground="#ffffff",
    background="#080808",
    surface="#121212",
    panel="#262626",
    variables={"footer-key-foreground": "#ffd75f", "input-selection-background": "#8fd7ff 40%"},
)
"""Everything that is text has a contrast of 7 to 1 and more (WCAG 2.2, 1.4.6)."""

_OF_TERMINAL = BUILTIN_THEMES["ansi-dark"]

ANSI = replace(
    _OF_TERMINAL,
    name="llama-ansi",
    secondary="ansi_magenta",
    accent="ansi_cyan",
    variables={
        **_OF_TERMINAL.variables,
        "text-muted": "ansi_bright_black",
        "foreground-muted": "ansi_bright_black",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-text-style": "reverse",
        "input-selection-background": "ansi_cyan",
        "footer-key-foreground": "ansi_cyan",
    },
)
"""The terminal's own sixteen colours on its own background, be that dark or light.

Such colours cannot be mixed: where the others have a shade, the stylesheets have something else for `:ansi`.
"""

_DARK_16 = replace(
    DARK,
    primary="#55ffff",
    secondary="#ff55ff",
    accent="#ffff55",
    warning="#ffff55",
    error="#ff5555",
    success="#55ff55",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#555555",
    variables={"footer-key-foreground": "#ffff55", "input-selection-background": "#0000aa"},
)

_LIGHT_16 = replace(
    LIGHT,
    primary="#0000aa",
    secondary="#aa00aa",
    accent="#aa5500",
    warning="#aa5500",
    error="#aa0000",
    success="#00aa00",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#aaaaaa",
    variables={"footer-key-foreground": "#aa5500", "input-selection-background": "#55ffff"},
)


_CONTRAST_16 = replace(_DARK_16, name=CONTRAST.name)


def own_themes(color_system: str | None) -> tuple[Theme, ...]:
    """The dark, the light and the contrast theme, and the one of the terminal's own colours.

    Of 16 colours ("standard") they are the terminal's, so that each keeps its hue.
    """
    return (_DARK_16, _LIGHT_16, _CONTRAST_16, ANSI) if color_system == "standard" else (DARK, LIGHT, CONTRAST, ANSI)
