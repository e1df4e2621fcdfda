"""The command strings of a terminal (ECMA-48, 5.6), which is how it answers: taken whole, so that nothing is typed.

Some never end: the line lost their end, or the terminal is not sane. Then they must not eat what is typed behind them.
A key and the rest of an answer can look alike (`f`), and only silence tells them apart: an answer comes in few pieces
with none between, or hardly any. So what comes after a silence, and is as short as keys are, is kept apart. It belongs
to the answer if that is completed, and was typed if not.
"""

import re

INTRODUCER = r"\x1b(?:\][0-9]{1,4};|P(?:[!>]\||[01][$+]r)|_G)"
"""How the strings begin that terminals send: answers to OSC, DCS (XTVERSION, DECRQSS, XTGETTCAP) and kitty's APC."""

INTRODUCER_BEGUN = re.compile(r"\x1b(?:\][0-9]{0,4}|P(?:[!>]|[01][$+]?)?|_)?\Z")

MAX_KEY_CHARS = 8
"""Most characters that a single key sends, or few keys together."""

MAX_SILENT_MOMENTS = 40
"""After so many moments without input in a string its end is lost."""

_MAX_KEY_MOMENTS = 2
"""After so many moments without input behind what may be a key, it was one."""

_WHOLE = re.compile(rf"{INTRODUCER}[^\x00-\x1f]*(?:\x07|\x1b\\)")
_BEGUN = re.compile(rf"{INTRODUCER}[^\x00-\x1f]*\x1b?")
_CONTROL = re.compile(r"[\x00-\x1f]")
_COLOR_BEGUN = re.compile(r"\x1b\]11;(?:r|rg|rgba?|rgba?:[0-9a-fA-F]{0,4}(?:/[0-9a-fA-F]{0,4}){0,3}\x1b?)?")
_PERHAPS_TYPED = re.compile(rf"[/\x1b]|[0-9a-fA-F]{{1,{MAX_KEY_CHARS}}}")
"""What may be the rest of a colour, and as well keys: `/` with digits around it is hardly typed."""


class CommandString:
    """A string that has begun with this introducer and goes on."""

    def __init__(self, introducer: str) -> None:
        self._introducer = introducer
        self._text = introducer
        self._perhaps_typed = ""
        self._moments = 0
        self._moments_since_piece = 0

    def take(self, piece: str) -> tuple[str, str] | None:
        """The string, if this ends it, else "", and what comes behind it; None: it goes on."""
        self._moments_since_piece = 0
        so_far = self._text + self._perhaps_typed + piece
        if whole := _WHOLE.match(so_far):
            return whole.group(), so_far[whole.end() :]
        is_key = self._moments > 0 and len(piece) <= MAX_KEY_CHARS
        if _BEGUN.fullmatch(so_far) and (not is_key or _COLOR_BEGUN.fullmatch(so_far)):
            self._keep(so_far, piece, is_perhaps_typed=is_key and _PERHAPS_TYPED.fullmatch(piece) is not None)
            return None
        if is_key:
            return "", self._perhaps_typed + piece
        control = _CONTROL.search(so_far, len(self._introducer))
        return "", so_far[control.start() :] if control else ""

    def _keep(self, so_far: str, piece: str, *, is_perhaps_typed: bool) -> None:
        if is_perhaps_typed:
            self._perhaps_typed += piece
        else:
            # Of a string that is no colour nobody needs the middle, and it may be huge.
            rest = "\x1b" if so_far.endswith("\x1b") else ""
            self._text = so_far if _COLOR_BEGUN.fullmatch(so_far) else f"{self._introducer}?{rest}"
            self._perhaps_typed = ""

    def idle(self) -> str | None:
        """Nothing came for a moment. What was typed, where the end of the string is lost; None: it may still come."""
        self._moments += 1
        self._moments_since_piece += 1
        was_typed = self._perhaps_typed and self._moments_since_piece >= _MAX_KEY_MOMENTS
        return self._perhaps_typed if was_typed or self._moments >= MAX_SILENT_MOMENTS else None
