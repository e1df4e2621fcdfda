"""The app's own themes where a terminal has few colours."""

from rich.color import Color, ColorSystem
from textual.theme import Theme

from tui.themes import own_themes

GREYS = range(232, 256)
WITHOUT_HUE = {0, 7, 8, 15}


def numbers(theme: Theme, system: ColorSystem, *names: str) -> list[int | None]:
    """What the colours become on a terminal, as numbers of its palette."""
    return [Color.parse(getattr(theme, name)).downgrade(system).number for name in names]


def test_of_256_colours_the_backgrounds_are_three_greys() -> None:
    for theme in own_themes("256"):
        shades = numbers(theme, ColorSystem.EIGHT_BIT, "background", "surface", "panel")
        assert len(set(shades)) == 3
        assert all(shade in GREYS for shade in shades)


def test_of_16_colours_each_keeps_its_hue() -> None:
    for theme in own_themes("standard"):
        hues = numbers(theme, ColorSystem.STANDARD, "primary", "secondary", "accent", "error", "success")
        assert len(set(hues)) == 5
        assert not WITHOUT_HUE & set(hues)


def test_with_more_colours_the_themes_are_as_they_were_made() -> None:
    assert own_themes("truecolor") == own_themes("256") == own_themes(None)
    assert [theme.name for theme in own_themes("standard")] == [theme.name for theme in own_themes(None)]
