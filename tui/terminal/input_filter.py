"""What a terminal sends, tamed before Textual's parser sees it: bytes that are no text, sequences that no key sends.

A terminal is not trusted: what runs in it before us, or a line that garbles, can make it send anything. Without this, a
byte that is no UTF-8 or a key with a huge number ends the app, and a forged size or a long sequence freezes it.
"""

import re
from codecs import getincrementaldecoder
from typing import TypeAlias

from tui.lazy_dataclass import dataclass
from tui.sanitize import clean
from tui.terminal.command_string import (
    INTRODUCER,
    INTRODUCER_BEGUN,
    MAX_KEY_CHARS,
    MAX_SILENT_MOMENTS,
    CommandString,
)

MAX_ROWS = 1000
MAX_COLUMNS = 2000
"""The largest screen that is believed: more than any that is readable, and still drawn in time."""

MAX_PARAMETERS = 40
"""Characters between `ESC [` and the final letter. Textual's parser takes 32 in all; real reports have fewer."""

PASTE_TIMEOUT = 2.0
"""Seconds of silence in a paste after which a single key means that the end of the paste was lost."""

_PASTE_START = "\x1b[200~"
_PASTE_END = "\x1b[201~"
_KEY_FINALS = "u~ABCDEFHPQRS"
_CONTROL_SEQUENCE = re.compile(r"\x1b\[([0-?]*)[ -/]*([@-~])")
_ANSWER = re.compile(r"(\x1b\[\?[0-9;]{0,40}c|\x1b\[6;[0-9]{1,4};[0-9]{1,4}t|\x1b\[\?997;[12]n)")
_COLOR = re.compile(r"\x1b\]11;rgba?:[0-9a-fA-F/]{1,24}(?:\x07|\x1b\\)")
_BEGINNING = re.compile(rf"\x1b\[200~|{INTRODUCER}")
_COLOR_QUESTIONED = "\x1b]11"
"""What the answer begins with that is asked for, up to where it cannot be typed any more."""

_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*)?\Z")
_ALT = re.compile("\x1b([\r\n\x7f\bac-eg-zA-MQ-WYZ])")
_ALT_CODES = dict.fromkeys("\r\n", 13) | dict.fromkeys("\x7f\b", 127)
"""What terminals send for Alt with a key, and the codes of those keys in the keyboard protocol that are not their own.

Textual's parser (8.2.8) takes `ESC CR` for Enter alone. Behind `ESC` and a letter it waits for more, and where that is
another sequence, such as an answer of the terminal, it types a caret and the letter. It knows `ESC b` and `ESC f`;
`ESC N`, `O`, `P` and `X` begin sequences (ECMA-48, 5.3).
"""

_ESCAPE = "\x1b[27u"
"""The Escape key in the keyboard protocol, which the parser takes at once: after a bare ESC it waits for more."""

_REST = re.compile(r"[0-?]*[ -/]*[@-~]?")


@dataclass(frozen=True, slots=True)
class Pasted:
    """A pasted text: line ends are line feeds, and it is safe to show."""

    text: str


@dataclass(frozen=True, slots=True)
class TerminalAnswer:
    """What the terminal says of itself, because it was asked: see `tui.terminal.graphics` and `background`."""

    text: str


Piece: TypeAlias = str | Pasted | TerminalAnswer
"""Text for the parser, a paste that is complete, or an answer."""


class InputFilter:
    """Turns the bytes of a terminal into pieces that can do no harm. Keeps what is not complete yet."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        self._paste: str | None = None
        self._string: CommandString | None = None
        self._is_dropping = False
        self._gave_escape = False
        self._moments = 0

    def feed(self, data: bytes, silence: float = 0.0) -> list[Piece]:
        """The pieces that are complete with these bytes, which came after so many seconds of silence."""
        text, self._held = self._held + self._decode(data), ""
        self._moments = 0
        if text and self._gave_escape and _COLOR_QUESTIONED.startswith(f"\x1b{text}"[:4]):
            text = f"\x1b{text}"  # that was no key, but the beginning of an answer that a slow line divided there
        self._gave_escape = False
        pieces: list[Piece] = []
        if self._paste is not None and silence >= PASTE_TIMEOUT and len(text) <= MAX_KEY_CHARS:
            pieces.append(self._end_paste(self._paste))
        while text:
            piece, text = self._first(text)
            pieces += _with_answers(piece) if isinstance(piece, str) else [piece] if piece else []
        return pieces

    def idle(self, *, awaits_answer: bool = False) -> list[Piece]:
        """Nothing more came for a moment: what looked like the beginning of a sequence is a key of its own.

        With `awaits_answer` what looks like the beginning of the terminal's answer goes on being one.
        """
        if self._string is not None:
            if (held := self._string.idle()) is None:
                return []
            self._string = None
        else:
            self._moments += 1
            is_answer = awaits_answer and len(self._held) > 1 and _COLOR_QUESTIONED.startswith(self._held)
            if is_answer and self._moments < MAX_SILENT_MOMENTS:
                return []
            held, self._held = self._held, ""
        if held == "\x1b":
            self._gave_escape = awaits_answer
            return [_ESCAPE]
        return [held] if held else []

    def _first(self, text: str) -> tuple[Piece | None, str]:
        """The first piece of a text, which may be none, and the rest."""
        if self._paste is not None:
            return self._more_of_paste(self._paste, text)
        if self._string is not None:
            return self._more_of_string(self._string, text)
        if (beginning := _BEGINNING.search(text)) is None:
            return self._tamed(text, is_last=True), ""
        if beginning.group() == _PASTE_START:
            self._paste = ""
        else:
            self._string = CommandString(beginning.group())
        return self._tamed(text[: beginning.start()], is_last=False), text[beginning.end() :]

    def _more_of_string(self, string: CommandString, text: str) -> tuple[Piece | None, str]:
        if (ended := string.take(text)) is None:
            return None, ""
        self._string = None
        whole, rest = ended
        return TerminalAnswer(whole) if _COLOR.fullmatch(whole) else None, rest

    def _more_of_paste(self, paste: str, text: str) -> tuple[Piece | None, str]:
        whole = paste + text
        end = whole.find(_PASTE_END, max(0, len(paste) - len(_PASTE_END)))
        if end < 0:
            self._paste = whole
            return None, ""
        return self._end_paste(whole[:end]), whole[end + len(_PASTE_END) :]

    def _end_paste(self, text: str) -> Pasted:
        self._paste = None
        return Pasted(clean(text.replace("\r\n", "\n").replace("\r", "\n")))

    def _tamed(self, text: str, *, is_last: bool) -> str:
        if self._is_dropping:
            match = _REST.match(text)
            assert match is not None
            self._is_dropping = match.end() == len(text) and not match.group()[-1:] >= "@"
            text = text[match.end() :]
        if is_last and (unfinished := _unfinished(text)):
            text, rest = text[: unfinished.start()], unfinished.group()
            if len(rest) <= MAX_PARAMETERS:
                self._held = rest
            else:
                self._is_dropping = True
        text = _ALT.sub(lambda match: _alt_key(match.group(1)), text)
        return _CONTROL_SEQUENCE.sub(lambda match: match.group() if _is_plausible(*match.groups()) else "", text)


def _unfinished(text: str) -> re.Match[str] | None:
    """What a text ends with and may go on: it is held until more comes."""
    return INTRODUCER_BEGUN.search(text) or _UNFINISHED.search(text)


def _alt_key(character: str) -> str:
    """Alt with a key, as the keyboard protocol has it."""
    code, modifiers = _ALT_CODES.get(character, ord(character.lower())), 4 if character.isupper() else 3
    return f"\x1b[{code};{modifiers}u"


def _with_answers(text: str) -> list[Piece]:
    """The text, and the terminal's answers in it as pieces of their own."""
    parts = enumerate(_ANSWER.split(text))
    return [TerminalAnswer(part) if number % 2 else part for number, part in parts if part]


def _is_plausible(parameters: str, final: str) -> bool:
    if len(parameters) > MAX_PARAMETERS:
        return False
    numbers = [int(number) for number in re.findall("[0-9]+", parameters)]
    if any(number > 0x10FFFF or 0xD800 <= number <= 0xDFFF for number in numbers):
        return False
    if final in _KEY_FINALS and ":" in "".join(parameters.split(";")[:2]):
        return False  # forms of the keyboard protocol that are not asked for, and that Textual's parser fails on
    return final != "t" or parameters.startswith("6;") or _is_plausible_size(parameters)


def _is_plausible_size(parameters: str) -> bool:
    """Whether this is `48;rows;columns;height;width` (in-band resize), with a size that can be."""
    if not (match := re.fullmatch("48;([0-9]+);([0-9]+);([0-9]+);([0-9]+)", parameters)):
        return False
    rows, columns, height, width = map(int, match.groups())
    return 1 <= rows <= MAX_ROWS and 1 <= columns <= MAX_COLUMNS and height >= rows and width >= columns
