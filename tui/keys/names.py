"""How keys are spelled, everywhere: in the bottom line, in texts, in the help, in the palette."""

from collections.abc import Mapping

SPELLINGS: Mapping[str, str] = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "left_curly_bracket": "{",
    "right_curly_bracket": "}",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "underscore": "_",
    "minus": "-",
    "plus": "+",
    "full_stop": ".",
    "comma": ",",
    "backslash": "\\",
}


def key_name(key: str) -> str:
    """The spelling of a key as Textual names it: `Ctrl+N` of "ctrl+n", `PgUp` of "pageup", `R` of "R", `r` of "r"."""
    *modifiers, last = key.split("+")
    name = SPELLINGS.get(last) or (last if len(last) == 1 else last.capitalize())
    if modifiers and len(name) == 1:
        name = name.upper()
    return "+".join([modifier.capitalize() for modifier in modifiers] + [name])


def key_names(keys: str) -> str:
    """The spelling of each of a binding's keys: `↑ k` of "up,k"."""
    return " ".join(key_name(key.strip()) for key in keys.split(","))
