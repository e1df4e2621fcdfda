"""LaTeX as its readers see it: without the commands within its lines. Pure."""

import re
import unicodedata
from dataclasses import dataclass, field

SECTIONS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4}
"""The commands that begin a section, and their levels. What `\\paragraph` says is the beginning of a line of text."""

_TOKEN = re.compile(
    r"(?P<verbatim>\\begin\{(?P<environment>alltt|lstlisting|minted|[vV]erbatim\*?)\}.*?(?:\\end\{(?P=environment)\}|\Z))"
    r"|\\(?:verb\*?|lstinline)(?P<sign>[^\w\s*{\[])(?P<code>[^\n]{0,500}?)(?P=sign)"
    r"|(?P<definition>\\(?:(?:new|renew|provide)command\*?[ \t]?\{?|def[ \t]?)\\(?P<macro>[a-zA-Z@]+)\}?[ \t]?"
    r"\{(?P<body>(?:[^{}\n]|\{[^{}\n]{0,100}\}){0,200})\})"
    r"|\\(?:nolinkurl|path|url)\{(?P<address>[^{}\n]*)\}"
    r"|(?P<frame>\\begin\{(?:tabular[*xy]?|longtable|array|minipage|multicols|(?:wrap)?(?:figure|table)\*?)\})"
    r"(?:\[[^\]\n]{0,100}\]|\{(?:[^{}\n]|\{[^{}\n]{0,100}\}){0,100}\}){0,4}"
    r"|(?P<layout>\\(?:begin|end)\{[^{}\n]*\}|\\item(?![a-zA-Z]))"
    r"|(?P<opening>\\(?P<name>[a-zA-Z@]+)\*?(?:\[[^\]\n]{0,200}\])*\{)"
    r"|\\(?P<word>[a-zA-Z@]+)\*?(?P<space>[ \t]*)"
    r"|\\(?P<accent>[\"'^`~=.])(?P<letter>\{\\?[a-zA-Z]\}|[a-zA-Z])"
    r"|\\\\(?:\*?\[[^\]\n]{0,20}\])?(?P<end_of_line>)"
    r"|\\(?P<escaped>[^\n])"
    r"|(?P<comment>%[^\n]*)"
    r"|(?P<next>\}(?:\[[^\]\n]{0,200}\])*\{)"
    r"|(?P<sign_of_text>---?|``|''|[~&{}$])",
    re.DOTALL,
)

_HIDDEN = frozenset(
    (
        *("bibliography", "bibliographystyle", "documentclass", "hspace", "include", "includegraphics", "input"),
        *("label", "pagestyle", "setcounter", "setlength", "thispagestyle", "usepackage", "vspace"),
        *("newcommand", "newenvironment", "newtheorem", "providecommand", "renewcommand"),
    )
)
"""Commands whose arguments are not for readers."""
_FIRST_HIDDEN = frozenset(("color", "href", "textcolor"))
"""Commands of whose arguments only the first is not for readers."""
_CODE = frozenset(("code", "file", "lstinline", "option", "texttt", "tt"))
"""Commands in whose arguments dashes are dashes."""
_AROUND = {"footnote": (" (", ")"), "frac": ("", "/"), "sqrt": ("√", "")}
"""What is written before and after the first argument of a command."""
_ACCENTS = {
    **dict(zip("`'^~\"=.", "\u0300\u0301\u0302\u0303\u0308\u0304\u0307", strict=True)),
    **dict(zip("cvuHrk", "\u0327\u030c\u0306\u030b\u030a\u0328", strict=True)),
}
"""The signs that are written over and under letters, as Unicode has them: behind the letter."""
_LETTERS = dict(
    zip(("AA", "aa", "AE", "ae", "OE", "oe", "O", "o", "L", "l", "ss", "i", "j"), "ÅåÆæŒœØøŁłßij", strict=True)
)
"""Commands that are letters; the space behind them is none."""
_WORDS = {
    **{name: name for name in ("LaTeX", "TeX", "cos", "dim", "exp", "lim", "log", "max", "min", "sin", "tan")},
    "S": "§",
    "P": "¶",
    "times": "\u00d7",
    "pm": "±",
    "cdot": "·",
    "approx": "≈",
    "infty": "∞",
    "partial": "∂",
    "propto": "∝",
    "sim": "\u223c",
    "to": "→",
    "in": "∈",
    "sum": "∑",
    "prod": "∏",
    "int": "∫",
    "le": "≤",
    "leq": "≤",
    "ge": "≥",
    "geq": "≥",
    "ne": "≠",
    "neq": "≠",
    "rightarrow": "→",
    "leftarrow": "←",
    "ldots": "…",
    "dots": "…",
    "copyright": "©",
    "textbackslash": "\\",
    "textasciitilde": "~",
}
"""What some commands without braces are written as."""
_SIGNS = {"--": "\u2013", "---": "\u2014", "``": "“", "''": "”", "~": " ", "&": "  "}
_ESCAPED = {**{sign: sign for sign in "%&$#_{}"}, **dict.fromkeys(" ,;:\t", " ")}


MAX_OF_MACROS, MAX_OF_ONE = 1_000_000, 200
"""So many characters of other macros are written in a file and in a macro: each may stand for ten of the one before."""


def as_read(source: str) -> str:
    """The text, each line in its place. What lays it out in lines stays: sections, environments and items.

    Where a macro without arguments is defined before in the file, its text is read.
    """
    return _as_read(source, _Reading())


def _as_read(source: str, reading: "_Reading") -> str:
    at = 0
    for match in _TOKEN.finditer(source):
        reading.out.append(source[at : match.start()])
        reading.out.append(reading.said(match))
        at = match.end()
    return unicodedata.normalize("NFC", "".join([*reading.out, source[at:]]))


@dataclass(frozen=True, slots=True)
class _Group:
    """What is within braces: what is written at its end, and from which piece on it is hidden, with its line ends."""

    closing: str = ""
    is_code: bool = False
    is_hidden: bool = False
    hidden_from: int | None = None
    hides_next: bool = False


@dataclass(slots=True)
class _Reading:
    """What has been written, in pieces, and the groups that are open."""

    out: list[str] = field(default_factory=list[str])
    macros: dict[str, str] = field(default_factory=dict[str, str])
    room: int = MAX_OF_MACROS
    _groups: list[_Group] = field(default_factory=list[_Group])

    def said(self, match: re.Match[str]) -> str:
        """What a reader sees of a token. `lastgroup` is the outermost of its groups, or the last of several."""
        match match.lastgroup:
            case "verbatim" | "code" | "address" | "frame" | "layout":
                return match[match.lastgroup]
            case "definition":
                return self._defined(match["macro"], match["body"])
            case "opening":
                return self._opened(match["name"], match.group())
            case "space":
                return self._word(match["word"], match["space"])
            case "letter":
                return match["letter"].strip("{}\\") + _ACCENTS[match["accent"]]
            case "escaped":
                return _ESCAPED.get(match["escaped"], "")
            case "next":
                return self._next(match.group())
            case "sign_of_text":
                return self._sign(match.group())
            case "end_of_line":
                return " "
            case _:  # a comment
                return ""

    @property
    def _group(self) -> _Group:
        return self._groups[-1] if self._groups else _Group()

    def _open(self, closing: str = "", *, is_code: bool = False, hides: bool = False, hides_next: bool = False) -> None:
        outer = self._group
        hidden_from = len(self.out) + 1 if hides and not outer.is_hidden else None
        self._groups.append(
            _Group(closing, outer.is_code or is_code, outer.is_hidden or hides, hidden_from, hides_next)
        )

    def _defined(self, name: str, body: str) -> str:
        self.macros[name] = _as_read(body, _Reading(macros=self.macros, room=MAX_OF_ONE))
        return ""

    def _macro(self, name: str) -> str:
        said = self.macros[name]
        self.room -= len(said)
        return said if self.room >= 0 else ""

    def _opened(self, name: str, whole: str) -> str:
        before, after = "", ""
        if name in self.macros:
            before = self._macro(name)
        elif name in SECTIONS:
            before, after = whole, "}"
        elif name.lower().startswith(("cite", "parencite", "textcite")):
            before, after = "[", "]"
        elif len(name) == 1:
            after = _ACCENTS.get(name, "")
        elif name in _AROUND:
            before, after = _AROUND[name]
        hides = name in _HIDDEN
        self._open(after, is_code=name in _CODE, hides=hides or name in _FIRST_HIDDEN, hides_next=hides)
        return before

    def _word(self, name: str, space: str) -> str:
        """A command without braces: a sign, a Greek letter, or nothing."""
        if name in self.macros:
            return self._macro(name)
        if name in _LETTERS:
            return _LETTERS[name]
        shown = _WORDS.get(name) or _greek(name)
        return shown + space if shown else ""

    def _sign(self, sign: str) -> str:
        if sign == "{":
            self._open()
            return ""
        if sign == "}":
            return self._closed()
        return sign if self._group.is_code and sign != "$" else _SIGNS.get(sign, "")

    def _next(self, whole: str) -> str:
        """One argument ends and the next begins."""
        before = self._group
        said = self._closed() + whole[1:-1]
        self._open(hides=before.hides_next, hides_next=before.hides_next)
        return "" if before.is_hidden else said or " "

    def _closed(self) -> str:
        if not self._groups:
            return ""
        group = self._groups.pop()
        if group.hidden_from is not None:
            self.out[group.hidden_from :] = ["\n" * "".join(self.out[group.hidden_from :]).count("\n")]
        return group.closing


def _greek(name: str) -> str:
    """The letter of this name, or nothing."""
    size = "CAPITAL" if name[0].isupper() else "SMALL"
    plain = name.removeprefix("var").upper().replace("LAMBDA", "LAMDA")
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {plain}")
    except KeyError:
        return ""
