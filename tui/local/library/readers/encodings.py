"""From bytes to text: Unicode where it is, else the 8-bit encoding that the bytes look like."""

import codecs
import re
from collections.abc import Sequence

from tui.local.library.documents import UnreadableError

SAMPLE_BYTES = 50_000
"""How much of a file is looked at to guess its encoding: the lines that are not ASCII."""
DENSE = 0.4
"""Where more of the letters than this are not ASCII, it is no language in Latin letters."""
MIN_UTF_16_CHARS = 8
UTF_16_SHARE = 0.6
"""Of the characters of a text in UTF-16 that is not marked, at least this part have a zero."""

_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f]")
_MARKS: Sequence[tuple[bytes, str]] = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp850")
_OTHERS = (
    *("cp1251", "koi8_r", "koi8_u", "cp866", "iso8859_5", "mac_cyrillic", "cp1253", "cp1255", "cp1256", "tis_620"),
    *("gb18030", "big5", "cp932", "euc_jp", "cp949"),
)

_LETTER = rb"[A-Za-z\xc0-\xff]"
_SIGN = rb"[\x80\x82\x84\x85\x91\x93\x94\xa1-\xa3\xa5\xa6\xa8\xac\xaf\xb1\xb3\xb4\xb6\xb8\xb9\xbc-\xbf]"
_NAMES = {
    **{f"cp125{n}": f"Windows-125{n}" for n in range(7)},
    **{"cp932": "Shift-JIS", "cp949": "EUC-KR", "euc_jp": "EUC-JP", "iso8859_2": "ISO 8859-2", "koi8_r": "KOI8-R"},
    **{"iso8859_5": "ISO 8859-5", "koi8_u": "KOI8-U", "tis_620": "TIS-620", "mac_cyrillic": "Mac Cyrillic"},
}
"""How encodings are called that Python calls otherwise."""

_RARE_LETTERS = rb"[\x81\x83\x86-\x8b\x8d-\x90\x98\x9a\x9b\x9d\x9e\xd0\xdd\xde\xf0\xfd\xfe]"
_NOT_WESTERN = re.compile(_RARE_LETTERS + b"|" + _LETTER + _SIGN + _LETTER)
"""What no text in a language of Western Europe has in Windows-1252: other letters, and signs within a word."""


def encoding_of(data: bytes) -> str:
    """The encoding of a text, which it can be decoded with. Raises `UnreadableError` where the bytes are no text."""
    marked = next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)
    if marked:
        return _fitting(data, (marked,))
    if unmarked := unmarked_utf_16(data[:SAMPLE_BYTES]):
        return _fitting(data, (unmarked,))
    if b"\0" in data[:8192]:
        raise UnreadableError("it is a binary file")
    try:
        data.decode()
    except UnicodeDecodeError:
        return _fitting(data, _guesses(_sample(data)))
    return "utf-8"


def unmarked_utf_16(head: bytes) -> str | None:
    """The encoding of a text in UTF-16 that nothing marks as such, by its first bytes; None where they are none.

    Latin letters, signs and spaces have a zero on one side of each, and a text has no other control characters.
    """
    pairs = len(head) // 2
    zeros = head[0::2].count(0), head[1::2].count(0)
    if pairs < MIN_UTF_16_CHARS or len(head) % 2 or max(zeros) < UTF_16_SHARE * pairs or min(zeros):
        return None
    encoding = "utf-16-le" if zeros[1] else "utf-16-be"
    text = head.decode(encoding, "replace")
    return None if _CONTROL.search(text) else encoding


def decode(data: bytes) -> str:
    """The text in bytes, with the line ends that it has. Raises `UnreadableError` where they are not text."""
    return data.decode(encoding_of(data))


def guess_remarks(encoding: str) -> tuple[str, ...]:
    """What to tell of a text in this encoding, where it was guessed from the letters."""
    name = _NAMES.get(encoding, encoding.upper())
    return (f"its letters were taken for {name}",) if encoding in (*_LATIN[1:], *_OTHERS) else ()


def decode_declared(data: bytes, declared: str) -> str:
    """The text in bytes of which something says what their encoding is; where that is wrong, what they look like."""
    with_mark = any(data.startswith(mark) for mark, _ in _MARKS)
    try:
        name = codecs.lookup(declared).name
    except LookupError:
        return decode(data)
    try:
        return decode(data) if with_mark else data.decode(_WIDER.get(name, name))
    except UnicodeDecodeError:
        return decode(data)


_WIDER = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What is meant by these names on web pages (WHATWG Encoding Standard, section 4.2)."""


_DECLARED = re.compile(rb"""<(?:meta|\?xml)\b[^>]*\b(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)


def decode_html(data: bytes) -> str:
    """The text of a page, by what its head says of its encoding. Raises `UnreadableError`."""
    declared = re.search(
        rb"""<(?:meta|\?xml)\b[^>]*\b(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)""", data[:4096], re.I
    )
    text = decode_declared(data, declared.group(1).decode()) if declared else decode(data)
    return text.replace("\0", "\ufffd")


def _fitting(data: bytes, encodings: Sequence[str]) -> str:
    for encoding in encodings:
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableError("its text encoding is not known")


def _sample(data: bytes) -> bytes:
    """The beginning of what is not ASCII."""
    lines = (line for line in data.splitlines(keepends=True) if not line.isascii())
    size, sample = 0, list[bytes]()
    for line in lines:
        sample.append(line)
        size += len(line)
        if size >= SAMPLE_BYTES:
            break
    return b"".join(sample)[: 2 * SAMPLE_BYTES]


def _guesses(sample: bytes) -> Sequence[str]:
    """The encodings that the bytes look like, the likeliest first."""
    foreign = len(re.findall(rb"[\x80-\xff]", sample))
    dense = foreign > DENSE * (foreign + len(re.findall(rb"[A-Za-z]", sample)))
    if not dense and not _NOT_WESTERN.search(sample):
        return ("cp1252",)
    from charset_normalizer import from_bytes

    candidates = list(_OTHERS if dense else _LATIN)
    matches = from_bytes(sample, cp_isolation=candidates, preemptive_behaviour=False, enable_fallback=False)
    return (*(match.encoding for match in matches), "cp1252")
