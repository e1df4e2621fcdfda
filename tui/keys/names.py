"""How keys are spelled, everywhere: in the bottom line, in texts, in the help, in the palette."""

import string
import unicodedata
from collections.abc import Mapping

SPELLINGS: Mapping[str, str] = {
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}

_SHORTER: Mapping[str, str] = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Names of Unicode for which Textual has shorter ones."""


def _sign_name(sign: str) -> str:
    name = unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")
    return _SHORTER.get(name, name)


SIGNS: Mapping[str, str] = {_sign_name(sign): sign for sign in string.punctuation}
"""The signs of ASCII by their names, as Textual has these."""


def key_name(key: str) -> str:
    """The spelling of a key as Textual names it: `Ctrl+N` of "ctrl+n", `PgUp` of "pageup", `R` of "R", `r` of "r"."""
    *modifiers, last = key.split("+")
    name = SPELLINGS.get(last) or SIGNS.get(last) or (last if len(last) == 1 else last.capitalize())
    if modifiers and len(name) == 1:
        name = name.upper()
    return "+".join([modifier.capitalize() for modifier in modifiers] + [name])


def key_names(keys: str) -> str:
    """The spelling of each of a binding's keys: `↑ k` of "up,k"."""
    return " ".join(key_name(key.strip()) for key in keys.split(","))
