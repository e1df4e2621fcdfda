"""The terminal's own background: asking for it, and understanding the answer. Pure.

Sources: xterm's control sequences (`OSC 11`, whose answer is a colour as X11 writes it, `rgb:ffff/ffff/ffff`), and
Contour's mode 2031, which kitty, Ghostty and tmux know too: while it is set, the terminal reports a change by
`CSI ? 997 ; 1 n` (dark) or `CSI ? 997 ; 2 n` (light).
"""

import re
from collections.abc import Mapping

QUESTION = "\x1b]11;?\x1b\\"
FOLLOW, UNFOLLOW = "\x1b[?2031h", "\x1b[?2031l"

EVEN_LUMINANCE = 0.179
"""On a background of this relative luminance white and black text have the same contrast (WCAG 2.2, 1.4.3)."""

_COLOR = re.compile(
    r"\x1b\]11;rgba?:([0-9a-f]{1,4})/([0-9a-f]{1,4})/([0-9a-f]{1,4})(?:/[0-9a-f]{1,4})?(?:\x07|\x1b\\)", re.I
)
_REPORTS: Mapping[str, bool] = {"\x1b[?997;1n": True, "\x1b[?997;2n": False}


def is_report(answer: str) -> bool:
    """Whether the terminal tells by this that its colours have changed."""
    return answer in _REPORTS


def is_dark(answer: str) -> bool | None:
    """Whether the background is dark, by what the terminal said; None where that says nothing of it."""
    if (color := _COLOR.fullmatch(answer)) is None:
        return _REPORTS.get(answer)
    red, green, blue = (_linear(int(part, 16) / (16 ** len(part) - 1)) for part in color.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue < EVEN_LUMINANCE


def _linear(part: float) -> float:
    """A part of an sRGB colour, 0 to 1, as light (WCAG 2.2, relative luminance)."""
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
