"""The blocks of a page's elements, as Markdown. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from tui.local.library.readers.markdown_source import code, escaped, escaped_start, fence, indented, table
from tui.local.library.readers.pieces import Piece, heading

Element: TypeAlias = Any
"""An element of an lxml tree."""

_BREAK = "\0"
"""Stands for a line break until white space is collapsed. A page's text cannot have it: the parser replaces it."""

INLINE_MARKS = {"b": "**", "strong": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "strike": "~~"}
CODE = frozenset(("code", "kbd", "samp", "tt"))
_INLINE = frozenset((*INLINE_MARKS, *CODE, "br", "math", "ruby", "rt", "rp"))
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
LISTS = frozenset(("ul", "ol", "menu", "dir"))
_NOTES = frozenset(("admonition", "caution", "important", "note", "sidebar", "tip", "warning"))
_STRUCTURE = frozenset((*HEADINGS, *LISTS, "dl", "pre", "table"))


class BlockWriter:
    """Writes the blocks of one page. `anchors` are those of its headings and terms.

    A definition with several blocks and an anchor is a section of its own, under its term as a heading: so it is found
    and cited as what it is.
    """

    def __init__(self, anchors: Mapping[Element, str], level: int = 0) -> None:
        """`level` is that of the heading that the page stands under."""
        self._anchors = anchors
        self._level = level
        self._resumes: int | None = None
        self._writers: Mapping[str, Callable[[Element], Iterator[Piece]]] = {
            **dict.fromkeys(HEADINGS, self._heading),
            **dict.fromkeys(LISTS, self._list),
            "dl": self._definitions,
            "pre": self._code,
            "table": self._table,
            "blockquote": self._quote,
            "hr": lambda _: iter(()),
        }

    def pieces(self, element: Element) -> Iterator[Piece]:
        """The blocks in an element, in their order."""
        for piece in self._blocks(element):
            if self._resumes is not None and piece.kind != "heading":
                piece = replace(piece, under=self._resumes)
            self._resumes = None
            yield piece

    def _blocks(self, element: Element) -> Iterator[Piece]:
        run = [escaped(element.text or "")]
        for child in element:
            if child.tag in _INLINE:
                _append(run, _inline(child))
            else:
                yield from _paragraph(run)
                run = []
                yield from self._writers.get(child.tag, self._blocks)(child)
            if child.tail:
                run.append(escaped(child.tail))
        yield from _paragraph(run)

    def _heading(self, element: Element) -> Iterator[Piece]:
        title = _plain(element)
        if title and _is_of_note(element):
            yield Piece("paragraph", f"**{escaped(title)}**")
        elif title:
            self._level = int(element.tag[1])
            yield heading(title, self._level, self._anchors.get(element, ""))

    def _code(self, element: Element) -> Iterator[Piece]:
        for line_break in element.iter("br"):
            line_break.text = "\n"
        text = "".join(element.itertext()).strip("\n")
        if text.strip():
            yield Piece("code", fence(text))

    def _quote(self, element: Element) -> Iterator[Piece]:
        if text := self._nested(element):
            yield Piece("quote", "> " + text.replace("\n", "\n> ").replace("\n> \n", "\n>\n"))

    def _nested(self, element: Element) -> str:
        """What an element holds, as one text."""
        inner = BlockWriter({}, 6)
        return "\n\n".join(piece.text for piece in inner.pieces(element))

    def _list(self, element: Element) -> Iterator[Piece]:
        numbers = _numbers(element) if element.tag == "ol" else None
        items: list[str] = []
        for child in element:
            mark = f"{next(numbers)}. " if numbers and child.tag == "li" else "- "
            text = self._item(child) if child.tag == "li" else self._nested(child)
            if text:
                items.append(indented(text, mark, " " * len(mark)))
        if items:
            yield Piece("list", "\n".join(items))

    def _item(self, element: Element) -> str:
        """A list within a list follows its words without an empty line."""
        pieces = list(BlockWriter({}, 6).pieces(element))
        tight = len(pieces) == 2 and pieces[1].kind == "list"
        return ("\n" if tight else "\n\n").join(piece.text for piece in pieces)

    def _definitions(self, element: Element) -> Iterator[Piece]:
        entries = list(_entries(element))
        if any(term in self._anchors and _is_long(meaning) for terms, meaning in entries for term in terms):
            yield from self._sections(entries)
        else:  # each a block of its own, so that a passage ends between two of them
            yield from (Piece("other", text) for entry in entries if (text := self._definition(*entry)))

    def _sections(self, entries: "Sequence[_Entry]") -> Iterator[Piece]:
        outer = self._level
        for terms, meaning in entries:
            self._level = min(outer + 1, 6)
            anchor = next((self._anchors[term] for term in terms if term in self._anchors), "")
            if title := ", ".join(filter(None, map(_plain, terms))):
                yield heading(title, self._level, anchor)
            if meaning is not None:
                yield from self._blocks(meaning)
        self._level = self._resumes = outer

    def _definition(self, terms: Sequence[Element], meaning: Element | None) -> str:
        names = [name for name in map(_line, terms) if name]
        text = self._nested(meaning) if meaning is not None else ""
        if not text:
            return "\n".join(f"- {name}" for name in names)
        return f"{escaped_start(', '.join(names))}\n{indented(text, ':   ', '    ')}" if names else text

    def _table(self, element: Element) -> Iterator[Piece]:
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table")) is element]
        if _is_layout(element, rows):
            for part in element.iter("caption", "td", "th"):
                if next(part.iterancestors("table"), None) is element:
                    yield from self._blocks(part)
            return
        for caption in element.iterchildren("caption"):
            yield from _paragraph([_line(caption)])
        cells = [[_line(cell) for cell in row if cell.tag in ("td", "th")] for row in rows]
        filled = [row for row in cells if any(row)]
        if filled:
            yield Piece("table", table(filled))


def _is_of_note(element: Element) -> bool:
    """Whether a heading is that of a note, which interrupts the section it stands in."""
    parent = element.getparent()
    return parent is not None and not _NOTES.isdisjoint((parent.get("class") or "").lower().split())


_Entry: TypeAlias = tuple[Sequence[Element], Element | None]


def _entries(element: Element) -> Iterator[_Entry]:
    """The terms of a definition list and what each, or several together, mean."""
    terms: list[Element] = []
    children = (part for child in element for part in (child if child.tag == "div" else (child,)))
    for child in children:
        if child.tag == "dt":
            terms.append(child)
        else:
            yield terms, child
            terms = []
    if terms:
        yield terms, None


def _is_long(meaning: Element | None) -> bool:
    return meaning is not None and (len(meaning) > 1 or any(child.tag in _STRUCTURE for child in meaning))


def _is_layout(element: Element, rows: Sequence[Element]) -> bool:
    """Whether a table only places things on the page."""
    if next(element.iter(*HEADINGS), None) is not None or sum(1 for _ in element.iter("table")) > 1:
        return True
    if next(element.iter("th"), None) is not None:
        return False
    widest = max((sum(cell.tag == "td" for cell in row) for row in rows), default=0)
    return widest <= 1 or next(element.iter("pre", "dl", *LISTS), None) is not None


def _numbers(element: Element) -> Iterator[int]:
    start = element.get("start", "1")
    number = int(start) if start.isdecimal() and len(start) < 9 else 1
    while True:
        yield number
        number += 1


def _append(run: list[str], text: str) -> None:
    """Add to a line; code that touches code is one piece of code."""
    before = run[-1] if run else ""
    if text.startswith("`") and len(before) > 2 and before.endswith("`") and not before.endswith("\\`"):
        run[-1] = before[:-1] + text[1:]
    elif text:
        run.append(text)


def _inline(element: Element) -> str:
    """What an element says within a line."""
    tag = element.tag
    if tag == "br":
        return _BREAK
    if tag in CODE:
        return _code_span(element)
    if tag == "rp":
        return ""
    return _marked(_said(element), INLINE_MARKS.get(tag, ""))


def _said(element: Element) -> str:
    run = [escaped(element.text or "")]
    for child in element:
        space = "" if child.tag in _INLINE else " "
        _append(run, space + _inline(child) + space)
        if child.tail:
            run.append(escaped(child.tail))
    return "".join(run)


def _code_span(element: Element) -> str:
    text = "".join(element.itertext())
    words = " ".join(text.split())
    if not words:
        return " " if text else ""
    return f"{' ' if text[0].isspace() else ''}{code(words)}{' ' if text[-1].isspace() else ''}"


def _marked(text: str, mark: str) -> str:
    inner = text.strip()
    if not mark or not inner or _BREAK in inner or mark[0] in inner.replace(f"\\{mark[0]}", ""):
        return text
    at = text.index(inner)
    return f"{text[:at]}{mark}{inner}{mark}{text[at + len(inner) :]}"


def _paragraph(run: Sequence[str]) -> Iterator[Piece]:
    lines = (" ".join(line.split()) for line in "".join(run).split(_BREAK))
    if text := "  \n".join(escaped_start(line) for line in lines if line):
        yield Piece("paragraph", text)


def _line(element: Element) -> str:
    """What an element says, as one line of Markdown."""
    return " ".join(_said(element).replace(_BREAK, " ").split())


def _plain(element: Element) -> str:
    """What an element says, without any marks."""
    return " ".join("".join(element.itertext()).split())
