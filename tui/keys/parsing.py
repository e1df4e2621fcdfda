"""Reads the keys that a user writes: as Textual names them, or as they are spelled here ("Ctrl+T", "PgUp", "?")."""

import re
from collections.abc import Mapping

from tui.keys.actions import MOVING
from tui.keys.names import SIGNS, SPELLINGS

_FUNCTION_KEY = re.compile(r"f(?:[1-9]|1[0-9]|2[0-4])")

_MODIFIERS = ("alt", "ctrl", "shift", "super")
"""In the order in which Textual gives them."""

_TOLD_OTHERWISE: Mapping[str, str] = {"ctrl+at": "ctrl+@"}
"""What Textual tells by another name than that of its parts."""

_KEYS: Mapping[str, str] = {
    **{spelled.lower(): key for key, spelled in SPELLINGS.items()},
    **{key: key for key in (*MOVING, "escape", "tab", *SIGNS)},
    **{sign: key for key, sign in SIGNS.items()},
}


def key_of(written: str) -> str | None:
    """A key as Textual names it, from how a user writes it; None where there is none such.

    `ctrl+t` of "Ctrl+T", `pageup` of "PgUp", `question_mark` of "?", `R` of "R", which is Shift and that letter.
    """
    before, _, last = written.strip().rpartition("+")
    if before.endswith("+") or written.strip() == "+":  # the sign itself, maybe behind a modifier: "Ctrl++"
        before, last = before.removesuffix("+"), "+"
    modifiers = [modifier.strip().lower() for modifier in before.split("+")] if before else []
    key = _last_part(last.strip(), is_alone=not modifiers)
    if key is None or len(set(modifiers)) < len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return None
    if modifiers == ["shift"] and (len(key) == 1 or key in SIGNS):
        return None  # a terminal sends the other sign
    whole = "+".join([modifier for modifier in _MODIFIERS if modifier in modifiers] + [key])
    return _TOLD_OTHERWISE.get(whole, whole)


def _last_part(written: str, *, is_alone: bool) -> str | None:
    lower = written.lower()
    if len(written) == 1 and written.isalnum():
        return written if is_alone else lower
    return lower if _FUNCTION_KEY.fullmatch(lower) else _KEYS.get(lower)
