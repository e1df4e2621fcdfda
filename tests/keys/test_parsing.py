import pytest
from textual._xterm_parser import XTermParser
from textual.events import Key
from textual.keys import Keys

from tui.keys.actions import ACTIONS
from tui.keys.names import key_name
from tui.keys.parsing import key_of


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("ctrl+t", "ctrl+t"),
        ("Ctrl+T", "ctrl+t"),
        ("shift+ctrl+k", "ctrl+shift+k"),
        ("PgUp", "pageup"),
        ("Esc", "escape"),
        ("↑", "up"),
        ("?", "question_mark"),
        ("question_mark", "question_mark"),
        ("Ctrl+,", "ctrl+comma"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        ("ctrl+_", "ctrl+underscore"),
        ("r", "r"),
        ("R", "R"),
        ("F24", "f24"),
        ("é", "é"),
        (" space ", "space"),
    ],
)
def test_a_key_may_be_written_as_it_is_spelled(written: str, key: str) -> None:
    assert key_of(written) == key


@pytest.mark.parametrize("written", ["", "f25", "hello", "ctrl+", "ctrl+ctrl+t", "windows+t", "ctrl+hello", "shift+a"])
def test_what_no_terminal_sends_is_no_key(written: str) -> None:
    assert key_of(written) is None


def test_every_usual_key_can_be_written_as_it_is_spelled() -> None:
    for action in ACTIONS.values():
        for key in action.keys.split(","):
            assert key_of(key_name(key)) == key_of(key) == key


def test_every_key_that_textual_names_can_be_written() -> None:
    unnamed = {"shift+escape", "return", "ctrl-at"}  # these have another name where they are told
    for key in Keys:
        if not key.value.startswith("<") and key.value not in unnamed:
            assert key_of(key.value) == key.value


def test_a_sign_that_is_typed_is_shown_and_written_as_the_sign() -> None:
    for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~":
        (key,) = [event.key for event in XTermParser().feed(sign) if isinstance(event, Key)]
        assert key_name(key) == sign
        assert key_of(sign) == key
