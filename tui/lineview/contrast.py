"""How well text can be read on a background (WCAG 2.2: "relative luminance", "contrast ratio")."""

from textual.color import BLACK, WHITE, Color

READABLE = 4.5
"""The contrast that text of usual size needs (WCAG 2.2, success criterion 1.4.3)."""

_STEPS = 8


def contrast(one: Color, other: Color) -> float:
    """From 1, where two colours are equally light, to 21 for black and white."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def readable(text: Color, background: Color) -> Color:
    """The colour nearest to `text`, towards black or white, that can be read on the background."""
    extreme = max(BLACK, WHITE, key=lambda color: contrast(color, background))
    shades = (text.blend(extreme, step / _STEPS, alpha=1) for step in range(_STEPS))
    return next((shade for shade in shades if contrast(shade, background) >= READABLE), extreme)


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
