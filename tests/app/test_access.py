"""Everything needed is there without colour and without a mouse."""

import ast
from pathlib import Path

import pytest
from textual.binding import Binding

import tui
from tests.app.user import User, driven
from tui.lineview.line_view import LineView
from tui.lineview.selectable_view import SelectableLineView
from tui.screens.chat import ChatScreen
from tui.settings import Settings
from tui.widgets.evidence.item_view import ItemView
from tui.widgets.sessions.session_list import SessionList
from tui.widgets.start_page import ExampleQuestions
from tui.widgets.transcript_view import TranscriptView

MOUSE = ("on_click", "on_mouse_down", "on_mouse_scroll_down")

KEYS: dict[str, tuple[type, str]] = {
    "LineView": (LineView, "scroll_rows(1)"),
    "ScrollTrack": (LineView, "scroll_pages(1)"),
    "SelectableLineView": (SelectableLineView, "select"),
    "TranscriptView": (TranscriptView, "fold"),
    "ExampleQuestions": (ExampleQuestions, "take"),
    "SessionList": (SessionList, "choose"),
    "ItemView": (ItemView, "choose"),
    "NoticeLine": (ChatScreen, "close_notice"),
}
"""For each class that hears the mouse, the action that a key has for the same, and where."""

ARE_KEYS = {"KeyHints"}
"""What shows keys, and does on a click what they do."""


def hearing_the_mouse() -> set[str]:
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(tui.__file__).parent.rglob("*.py")]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {
        node.name
        for node in classes
        for method in node.body
        if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and method.name in MOUSE
    }


def test_whatever_hears_the_mouse_has_a_key_for_the_same() -> None:
    assert hearing_the_mouse() == {*KEYS, *ARE_KEYS}
    for name, (where, action) in KEYS.items():
        bindings = [binding for kind in where.__mro__ for binding in vars(kind).get("BINDINGS", ())]
        assert any(isinstance(binding, Binding) and binding.action == action for binding in bindings), name


def colours(user: User) -> set[tuple[int, ...]]:
    """Those that are on the screen."""
    screen = user.app.screen
    styles = [screen.get_style_at(x, y) for y in range(0, 36) for x in range(0, 120, 3)]
    found = [colour for style in styles for colour in (style.color, style.bgcolor) if colour is not None]
    return {tuple(colour.get_truecolor()) for colour in found}


async def test_each_state_has_a_sign_or_a_word_where_there_is_no_colour(
    notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(Settings(local=(notes,))) as user:
        await user.until(lambda: bool(user.app.chat.workspace.indexes))
        await user.press("ctrl+n")
        await user.see("☑ notes")
        row, line = next((row, line) for row, line in enumerate(user.lines) if "☑ notes" in line)
        await user.until(lambda: bool(user.app.screen.get_style_at(line.index("notes"), row).underline))
        await user.in_dialog("space")
        await user.see("☐ notes")
        await user.see("Nothing is ticked: Enter starts a session on notes · bound")
        await user.in_dialog("f4")
        await user.see("Enter starts an unbound session")
        await user.in_dialog("f4", "enter")
        await user.see("New session  ·  notes")
        await user.see("bound")
        await user.type("Who leads science?")
        await user.press("enter")
        await user.read_to_end_of_turn()
        await user.see("▸ ")
        await user.press("ctrl+s")
        await user.see("▌  Who leads science?")
        await user.press("space")
        await user.see("▌✓ Who leads science?")
        await user.see("1 selected")
        await user.press("delete")
        await user.see("Delete again deletes")
        assert all(red == green == blue for red, green, blue in colours(user))
