"""The names of the colour themes, for those who do not draw."""

AUTO = "auto"
"""In place of a theme's name: the dark or the light one, as the terminal's background is."""

OWN_THEMES = ("llama-dark", "llama-light", "llama-contrast", "llama-ansi")

TEXTUAL_THEMES = (
    *("ansi-dark", "ansi-light", "atom-one-dark", "atom-one-light"),
    *("catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato", "catppuccin-mocha"),
    *("dracula", "flexoki", "gruvbox", "monokai", "nord", "rose-pine", "rose-pine-dawn", "rose-pine-moon"),
    *("solarized-dark", "solarized-light", "textual-dark", "textual-light", "tokyo-night"),
)
"""Those that come with Textual (8.2.8)."""

THEMES = (AUTO, *OWN_THEMES, *TEXTUAL_THEMES)
"""All that the setting can be, in the order in which they are offered."""
