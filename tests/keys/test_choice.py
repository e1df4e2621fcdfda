from pathlib import Path

import pytest

from tui.keys.choice import KeyChoiceError, problem_of, read_keys
from tui.settings import SettingsError, load

NOWHERE = Path("/nowhere")


def written(tmp_path: Path, lines: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(f"[keys]\n{lines}\n")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("line", ['session.new = "Ctrl+T"', '"session.new" = ["ctrl+t"]'])
def test_an_entry_may_have_its_id_with_and_without_quotes(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, f'{line}\nconversation.thinking = ["x", "F9"]')
    assert load({}, {}, path).keys == {"session.new": "ctrl+t", "conversation.thinking": "x,f9"}


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            'list.pin = "x"\nsesion.new = "f9"',
            "there is no action 'sesion.new', named in line 3. Did you mean session.new?",
        ),
        ('list.pin = "hyper"', "list.pin has in line 2 the key 'hyper', which is none. A key is written like"),
        ("list.pin = 7", "list.pin has in line 2 something that is no text in quotes, which is none."),
        ("app.quit = []", "app.quit has no key in line 2."),
        ('app.quit = ""', "app.quit has in line 2 the key '', which is none."),
        (
            'session.new = "ctrl+i"',
            "Ctrl+I cannot be the key of session.new in line 2: for most terminals it is the same key as Tab.",
        ),
        ('session.new = "ctrl+m"', "the same key as Enter"),
        ('session.new = "ctrl+space"', "the same key as Ctrl+@"),
        ('session.new = "Ctrl+["', "the same key as Esc"),
        (
            'session.new = "n"',
            "N cannot be the key of session.new in line 2: in a text field it types".replace("N ", "n "),
        ),
        ('picker.sync = "ctrl+w"', "in a text field it edits"),
        ('session.new = "ctrl+w"', "in a text field it edits"),
        ('app.redraw = "ctrl+k"', "in a text field it edits"),
        ('sessions.search = "ctrl+right"', "or moves the cursor"),
        ('sessions.show = "ctrl+up"', "or the conversation"),
        ('list.pin = "alt+f"', "for most terminals it is the same key as Ctrl+→."),
        ('list.pin = "Alt+B"', "the same key as Ctrl+←"),
        (
            'conversation.find = "?"',
            "? cannot be the key of conversation.find in line 2: there it always opens the help.",
        ),
        ('list.pin = "escape"', "Esc cannot be the key of list.pin in line 2: it always closes, clears or stops."),
        ('app.commands = "ctrl+c"', "it always copies, stops or quits"),
        ('conversation.copy = "3"', "there it always opens that passage"),
        (
            'session.new = "f9"\nsessions.search = "f9"',
            'F9 cannot be the key of session.new in line 2: sessions.search ("Search all sessions"), which acts at the '
            "same time, has it in line 3. Give one of them another key.",
        ),
        (
            'session.new = "f2"',
            'sessions.toggle ("Show or hide the sessions"), which acts at the same time, has it by itself',
        ),
        ('app.commands = "f7"', "picker.tick_none"),
        ('list.pin = "r"', "list.rename"),
        ('text.up = "y"', "conversation.copy"),
    ],
)
def test_what_cannot_be_is_named_with_its_line_and_what_would_be_right(
    tmp_path: Path, lines: str, sentence: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        load({}, {}, written(tmp_path, lines))
    assert "The keys in the config file" in str(raised.value)
    assert sentence in str(raised.value)


def test_keys_that_are_no_table_are_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('keys = "ctrl+n"\n')
    path.chmod(0o600)
    with pytest.raises(SettingsError, match=r"are no table. It begins with a line \[keys\]"):
        load({}, {}, path)


def test_actions_may_take_each_others_keys_and_share_them_where_they_never_meet() -> None:
    table = {
        "session.new": "ctrl+s",
        "sessions.show": "ctrl+n",
        "composer.send": "ctrl+j",
        "composer.new_line": "enter",
    }
    assert dict(read_keys(table)) == table
    assert problem_of("sets.rename", {"sets.rename": "f6"}) == ""
    assert problem_of("conversation.next_claim", {"conversation.next_claim": "u,x"}) == ""


def test_a_key_that_the_file_could_not_name_is_refused_when_it_is_pressed() -> None:
    assert "has no name for it" in problem_of("list.pin", {"list.pin": "en_dash"})


def test_an_action_cannot_go_back_to_a_key_that_another_has_by_now() -> None:
    chosen = {"session.new": "", "sessions.show": "ctrl+n"}
    assert "sessions.show" in problem_of("session.new", chosen)


def test_a_name_out_of_the_file_is_shown_without_what_steers_a_terminal() -> None:
    with pytest.raises(KeyChoiceError) as raised:
        read_keys({"\x1b[2Jsession.new": "f9"})
    assert "\x1b" not in str(raised.value)
