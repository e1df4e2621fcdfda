"""The app's own themes where a terminal has few colours."""

from collections.abc import Iterator
from typing import Any

from rich.color import Color, ColorSystem, ColorType
from rich.style import Style
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES, Theme

from tests.app.user import User, driven
from tui.app import LlamaChat
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.terminal.cells import NO_PEN
from tui.terminal.saved_screen import saved_screen
from tui.themes.names import OWN_THEMES, TEXTUAL_THEMES
from tui.themes.own import CONTRAST, LIGHT, own_themes

MIXED = own_themes("256")[:3]
"""The themes that have colours of their own."""

GREYS = range(232, 256)
WITHOUT_HUE = {0, 7, 8, 15}


def numbers(theme: Theme, system: ColorSystem, *names: str) -> list[int | None]:
    """What the colours become on a terminal, as numbers of its palette."""
    return [Color.parse(getattr(theme, name)).downgrade(system).number for name in names]


def test_of_256_colours_the_backgrounds_are_three_greys() -> None:
    for theme in MIXED:
        shades = numbers(theme, ColorSystem.EIGHT_BIT, "background", "surface", "panel")
        assert len(set(shades)) == 3
        assert all(shade in GREYS for shade in shades)


def test_of_16_colours_each_keeps_its_hue() -> None:
    for theme in own_themes("standard")[:3]:
        hues = numbers(theme, ColorSystem.STANDARD, "primary", "secondary", "accent", "error", "success")
        assert len(set(hues)) == 5
        assert not WITHOUT_HUE & set(hues)


def luminance(color: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = [channel / 255 for channel in Color.parse(color).get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_contrast_theme_has_seven_to_one_on_each_background() -> None:
    names = ("foreground", "primary", "secondary", "accent", "warning", "error", "success")
    for background in (CONTRAST.background, CONTRAST.surface, CONTRAST.panel):
        assert background is not None
        dark = luminance(background)
        ratios = {name: (luminance(getattr(CONTRAST, name)) + 0.05) / (dark + 0.05) for name in names}
        assert [name for name, ratio in ratios.items() if ratio < 7] == []


def test_the_setting_can_be_every_theme_that_there_is_and_no_other() -> None:
    assert {theme.name for theme in own_themes(None)} == set(OWN_THEMES)
    assert set(BUILTIN_THEMES) == set(TEXTUAL_THEMES)


def test_with_more_colours_the_themes_are_as_they_were_made() -> None:
    assert own_themes("truecolor") == own_themes("256") == own_themes(None)
    assert [theme.name for theme in own_themes("standard")] == [theme.name for theme in own_themes(None)]


def test_nothing_slides_or_fades_where_animations_are_switched_off() -> None:
    assert LlamaChat(Settings(local=(), keep=False, animations=False)).animation_level == "none"


def painted(user: User) -> Iterator[tuple[str, Style]]:
    """The texts on the screen, each with its style."""
    screen: Any = user.app.screen  # its compositor is not public, and nothing public tells how it is painted
    rows: list[Strip] = screen._compositor.render_strips()
    yield from ((text, style) for row in rows for text, style, _ in row if style is not None and text.strip())


def is_under_cursor(user: User, words: str) -> bool:
    """Whether a text with these words is shown under a cursor."""
    return any(style.reverse or style.underline for text, style in painted(user) if words in text)


async def test_the_terminal_s_own_colours_are_shown_as_they_are_on_its_own_background() -> None:
    async with driven(Settings(local=(), theme="llama-ansi"), 100, 30) as user:
        await user.ask_in_new_session("How do I delete a session?")
        await user.read_to_end_of_turn()
        await user.press("ctrl+s")
        await user.until(lambda: user.app.chat.session_list.has_focus)
        for _, style in painted(user):
            kinds = {color.type for color in (style.color, style.bgcolor) if color is not None}
            assert kinds <= {ColorType.DEFAULT, ColorType.STANDARD}
        await user.until(lambda: is_under_cursor(user, "How do I delete"))
        await user.press("ctrl+p")
        await user.see("New session")
        assert is_under_cursor(user, "New session")
        assert not is_under_cursor(user, "Choose indexes")


def test_a_start_of_another_kind_begins_on_the_background_of_the_last_one() -> None:
    store = Store.open(store_path())
    store.frames.keep("0a0b0c0d", saved_screen([[(" ", NO_PEN)]], LIGHT.name))
    store.close()
    app = LlamaChat(Settings(local=()))
    app.store.close()
    assert app.theme == LIGHT.name
