"""The app's own two themes, beside Textual's."""

from textual.theme import Theme

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
    surface="#1c1f26",
    panel="#252932",
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
    background="#faf9f6",
    surface="#f1efea",
    panel="#e5e2da",
    dark=False,
    variables={"footer-key-foreground": "#9a5b00", "input-selection-background": "#1f6f8b 25%"},
)
