"""Text from outside, made safe to show: a pure map by code point.

Because each character is mapped by itself, `clean(a) + clean(b) == clean(a + b)`: an escape sequence that is split over
two streamed pieces is disarmed like a whole one. What cannot be drawn safely becomes visible (`␛`), so that nothing is
hidden from the reader; what is invisible by design and only ever misleads is dropped.

Kept on purpose: letters of every script, combining marks, emoji joiners (U+200C, U+200D, variation selectors).
"""

import re
from urllib.parse import unquote, urlsplit

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

MAX_URL_CHARS = 2048
"""Longest address that is ever opened."""

_INVISIBLE = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180E, 0x180E),
    (0x200B, 0x200B),
    (0x2060, 0x2064),
    (0x206A, 0x206F),
    (0x3164, 0x3164),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF9, 0xFFFB),
    (0xE0000, 0xE007F),
    (0xE0100, 0xE01EF),
)
_REVERSING = ((0x061C, 0x061C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2066, 0x2069))
_SURROGATES = (0xD800, 0xDFFF)


def _each(*ranges: tuple[int, int]) -> list[int]:
    return [code for first, last in ranges for code in range(first, last + 1)]


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {code: chr(0x2400 + code) for code in range(0x20)}
    table |= {ord("\t"): "\t", ord("\n"): "\n", ord("\r"): None, 0x7F: "\u2421"}
    table |= dict.fromkeys(range(0x80, 0xA0), REPLACEMENT)
    table |= dict.fromkeys(_each(*_REVERSING, _SURROGATES), REPLACEMENT)
    table |= dict.fromkeys((0x85, 0x2028, 0x2029), "\n")
    table |= dict.fromkeys(_each(*_INVISIBLE))
    return table


_TABLE = _table()
_SUSPECT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029"
    + "".join(f"{chr(a)}-{chr(b)}" for a, b in (*_INVISIBLE, *_REVERSING, _SURROGATES))
    + "]"
)


_CONTROLS = bytes(code for code in range(0x80) if chr(code) not in "\t\n" and not chr(code).isprintable())


def clean(text: str) -> str:
    """Text of several lines, safe to show. Tabs and line feeds stay; a CRLF becomes a line feed."""
    if text.isascii():  # most of what is read is, and this takes a tenth of what the pattern does
        is_safe = len(text.encode("ascii").translate(None, _CONTROLS)) == len(text)
    else:
        is_safe = not _SUSPECT.search(text)
    return text if is_safe else text.translate(_TABLE)


def clean_line(text: str, limit: int = 200) -> str:
    """One line of at most `limit` characters, safe to show: for titles, names and messages."""
    line = " ".join(clean(text[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def is_well_formed(text: str) -> bool:
    """Whether UTF-8 can hold the text, which is so unless there are lone halves of surrogate pairs in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def well_formed(text: str) -> str:
    """The text as UTF-8 can hold it: halves of surrogate pairs are joined, and lone ones become U+FFFD."""
    return text if is_well_formed(text) else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


_ADDRESS = re.compile(r"(?:https?://[^/?#@]+(?:[/?#].*)?|mailto:[^/].*)", re.IGNORECASE)
_NOT_IN_URL = re.compile(r"""[\s"'<>\\`]""")


def clean_url(url: str) -> str | None:
    """The address if it is one that may be opened: http(s) with a plain ASCII host, or mailto; else None.

    Refused are other schemes, a user name before the host, a host that only looks like another one (IDN), and any
    character that could end the address early in a terminal or a shell, also percent-encoded.
    """
    if len(url) > MAX_URL_CHARS or not _ADDRESS.fullmatch(url):
        return None
    decoded = unquote(url)
    if _NOT_IN_URL.search(url) or clean(decoded) != decoded or "\n" in decoded:
        return None
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    return url if host.isascii() and "xn--" not in host else None
