"""Texts that mean harm: to the terminal, to what is shown in it, and to whatever reads markup."""

import base64
import re

CONTROL = {
    "copies to the clipboard": "\x1b]52;c;UFdORUQ=\x07",
    "copies to the clipboard, ended otherwise": "\x1b]52;c;UFdORUQ=\x1b\\",
    "sets the title": "\x1b]0;PWNED\x07\x1b]2;PWNED\x1b\\",
    "links": "\x1b]8;;http://evil.test/\x1b\\",
    "clears the screen": "\x1b[2J\x1b[17;17H",
    "asks for an answer": "\x1b[5n\x1b[>c\x1bP+q544e\x1b\\",
    "leaves the alternate screen": "\x1b[?47l\x1b[?1049l",
    "overwrites": "\x1b[4h\x1b[?6h",
    "resets": "\x1bc",
    "runs on": "\x1b_Gunterminated",
    "C1": "\x9b17;18H\x9d52;c;QzE=\x9c\x90q\x85",
    "C0": "A\x00B\x07C\x08D\x0eE\x7fF\x0bG\x0c",
    "overprints": "hidden\rshown",
    "reverses": "\u202eesrever\u202c\u2066iso\u2069\u200f",
    "hides": "zero\u200bwidth\u00adsoft\U000e0041\U000e0042tag\ufeff\u2028line",
}

MARKUP = {
    "closes nothing": "[/foo]",
    "is cut": "[/",
    "colours": "[red]r[/red][$a][bold",
    "acts": "[@click=app.quit]click[/]",
    "links": "[link=http://evil.test]x[/link][link='x",
    "ends in a backslash": "\\",
    "escapes": "\\[x]",
}

POISON = " ".join([*MARKUP.values(), *CONTROL.values(), "\\"])
"""All of them in one text: the markup first, so that it is on the screen where a line is cut."""

_WRITTEN_BY_THE_APP = re.compile(
    r"\x1b\[[0-9;]*[mHGXrSTLM]"  # colours, where they go, and scrolling
    r"|\x1b\[6n"  # pacing asks
    r"|\x1b\]11;\?\x1b\\"  # the background is asked for
    r"|\x1b\[\?(?:1000|1003|1004|1006|1015|1016|1049|2004|2026|2031|2048|25|7)[hl]"
    r"|\x1b\[\?(?:2026|2048)\$p|\x1b\[>[0-9]+u|\x1b\[<u"
    r"|\x1b\[2[23];2t"  # keeps the window's title, and restores it
    r"|\x1b\]22;[a-z-]*\x07"  # the shape of the mouse pointer
    r"|\x1b\]8;(?:;|id=[0-9a-f]+;(?:https?://[\x21-\x7e]*|mailto:[\x21-\x7e]*))\x1b\\"
)
_TITLE = re.compile(r"\x1b\]2;([^\x07\x1b]*)\x1b\\")
_COPIED = re.compile("\x1b]52;c;([A-Za-z0-9+/=]*)\x07")
_HARMFUL = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)


def harm(written: bytes) -> list[str]:
    """What a terminal would obey, or show as something else, in what was written to it; not what the app writes."""
    text = _TITLE.sub(r"\1", _WRITTEN_BY_THE_APP.sub("", written.decode()))
    text = _COPIED.sub(_copied, text)
    return [text[max(0, found.start() - 20) : found.start() + 20] for found in _HARMFUL.finditer(text)]


def _copied(sequence: re.Match[str]) -> str:
    """What the user copied, in the place of the sequence that copies it; one of the payloads stays as it is."""
    return sequence.group() if sequence.group() in POISON else base64.b64decode(sequence.group(1)).decode()
