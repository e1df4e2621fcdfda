"""Code as highlighted rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from tui.rendering.lines import Line, Role, Span, Style
from tui.rendering.wrapping import TAB, cut, fold, indented
from tui.sanitize import clean

_CODE = Style("code")
MARGIN = (Span("  ", _CODE),)
FILL = Span("", _CODE)
"""The edge of a row of code."""

_CUT = Span("↩", Style("code-comment"))

MAX_HIGHLIGHTED = 16 * 1024
"""Longest code that is highlighted, in characters: more would hold up the screen for longer than a frame or two."""

MAX_ROW_SOURCE = 4096
"""A line longer than this is folded piece by piece."""

_ROLES: dict[str, Role] = {
    "Comment": "code-comment",
    "Keyword": "code-keyword",
    "Operator.Word": "code-keyword",
    "Literal.String": "code-string",
    "Literal.Number": "code-number",
    "Name.Function": "code-name",
    "Name.Class": "code-name",
    "Name.Tag": "code-name",
    "Name.Attribute": "code-name",
    "Name.Decorator": "code-name",
}


def drawing_code(code: str, language: str, width: int) -> Iterator[Sequence[Line]]:
    """The rows of a block of code behind a margin, with a mark where one is folded, line by line of the code.

    The language "" is not highlighted.
    """
    for line in _highlighted(code.expandtabs(TAB), language):
        *cut_rows, last = fold(line, width - len(MARGIN[0].text) - len(_CUT.text))
        yield indented([*(replace(row, edge=_CUT) for row in cut_rows), replace(last, edge=FILL)], MARGIN)


def _highlighted(code: str, language: str) -> Iterator[Sequence[Span]]:
    """The spans of each line."""
    code = clean(code)
    if not language or len(code) > MAX_HIGHLIGHTED or max(map(len, code.split("\n"))) > MAX_ROW_SOURCE:
        return (_plain(line) for line in code.split("\n"))
    return _lexed(code, language)


def _plain(line: str) -> Sequence[Span]:
    spans: list[Span] = []
    while len(line) > MAX_ROW_SOURCE:
        size = cut(line, MAX_ROW_SOURCE)
        spans.append(Span(line[:size], _CODE))
        line = line[size:]
    return [*spans, Span(line, _CODE)]


def _lexed(code: str, language: str) -> Iterator[Sequence[Span]]:
    from pygments.lexers import find_lexer_class_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = find_lexer_class_by_name(language)(stripnl=False, ensurenl=False)
    except ClassNotFound:
        yield from ([Span(line, _CODE)] for line in code.split("\n"))
        return
    line: list[Span] = []
    for kind, text in lexer.get_tokens(code):
        style = _style(kind)
        for number, piece in enumerate(text.split("\n")):
            if number:
                yield line
                line = []
            _append(line, piece, style)
    yield line


def _append(line: list[Span], text: str, style: Style) -> None:
    if line and line[-1].style == style:
        line[-1] = Span(line[-1].text + text, style)
    elif text:
        line.append(Span(text, style))


@lru_cache(maxsize=256)
def _style(kind: object) -> Style:
    """The style of a kind of token; kinds are nested, and their names tell how ("Token.Literal.String.Doc")."""
    name = f"{kind}."
    for parent, role in _ROLES.items():
        if name.startswith(f"Token.{parent}."):
            return Style(role)
    return _CODE
