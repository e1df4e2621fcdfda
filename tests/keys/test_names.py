import pytest

from tui.keys.names import key_name, key_names


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("ctrl+n", "Ctrl+N"),
        ("enter", "Enter"),
        ("escape", "Esc"),
        ("pageup", "PgUp"),
        ("f1", "F1"),
        ("shift+tab", "Shift+Tab"),
        ("alt+backspace", "Alt+Backspace"),
        ("space", "Space"),
        ("ctrl+underscore", "Ctrl+_"),
        ("ctrl+up", "Ctrl+↑"),
        ("question_mark", "?"),
        ("number_sign", "#"),
        ("equals_sign", "="),
        ("ctrl+at", "Ctrl+@"),
        ("R", "R"),
        ("d", "d"),
    ],
)
def test_each_key_has_one_spelling(key: str, name: str) -> None:
    assert key_name(key) == name


def test_the_keys_of_a_binding_are_spelled_one_after_another() -> None:
    assert key_names("up,k") == "↑ k"
