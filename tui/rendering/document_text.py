"""The text of a document as rows: Markdown as it reads, and any other text as it stands."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from tui.rendering.lines import BLANK, PLAIN, Line, Span, Style
from tui.rendering.markdown import MarkdownBlocks
from tui.rendering.wrapping import cut, indented, width_of, wrap_text
from tui.sanitize import clean

MAX_WRAPPED_CHARS = 32 * 1024
"""Characters of plain text that are wrapped at once: what is left is `behind`."""

_MARKDOWN = frozenset(
    (".md", ".markdown", ".mdown", ".mkd", ".qmd", ".rmd", ".html", ".htm", ".docx", ".pptx", ".ipynb")
)
_NO_MARKDOWN = frozenset((".txt", ".text", ".log", ".json", ".xml", ".yaml", ".yml", ".py", ".tex"))
_CELLS = frozenset((".csv", ".tsv"))
"""Read as Markdown only where they have been made tables of."""
_TABLE = r"^\|.*\|[ \t]*\n\|[ :|-]+\|[ \t]*$"
_MARKS = re.compile(rf"^(?:#{{1,6}} |```|[-*] \S|\d{{1,3}}\. \S|> )|{_TABLE}|\*\*\S|\[[^\]\n]+\]\(\S", re.MULTILINE)
_TABLE_MARKS = re.compile(_TABLE, re.MULTILINE)
_JUDGED_CHARS = 16 * 1024
"""Characters of a text that tell whether it is Markdown."""


def is_markdown(file: str, text: str) -> bool:
    """Whether a text is Markdown: by the name of its file, and where that says nothing, by its marks."""
    suffix = PurePosixPath(file).suffix.lower()
    if suffix in _MARKDOWN or suffix in _NO_MARKDOWN:
        return suffix in _MARKDOWN
    marks = _TABLE_MARKS if suffix in _CELLS else _MARKS
    return bool(marks.search(text, 0, _JUDGED_CHARS))


class DocumentText:
    """The rows of a text at a width, as a sequence. While `behind` is more than 0, `go_on` makes more of them."""

    def __init__(self, text: str, width: int, *, as_markdown: bool, style: Style = PLAIN) -> None:
        self._text = text
        self._width = width
        self._style = style
        self._markdown = MarkdownBlocks(width, style) if as_markdown else None
        self._rows: list[Line] = []
        self._wrapped = 0
        self.behind = len(text)
        self.go_on()

    def __len__(self) -> int:
        return len(self._rows) if self._markdown is None else len(self._markdown)

    def __getitem__(self, y: int) -> Line:
        return self._rows[y] if self._markdown is None else self._markdown[y]

    def go_on(self) -> None:
        """Make the rows of the next characters."""
        if self._markdown is not None:
            self._markdown.update(self._text, settled=True)
            self.behind = self._markdown.behind
        elif self.behind:
            rest = self._text[self._wrapped : self._wrapped + MAX_WRAPPED_CHARS + 1]
            at = rest.rfind("\n", 0, MAX_WRAPPED_CHARS) + 1 or cut(rest, MAX_WRAPPED_CHARS)
            end = len(rest) if len(rest) <= MAX_WRAPPED_CHARS else at
            self._rows += wrap_text(clean(rest[:end]).removesuffix("\n"), self._width, self._style)
            self._wrapped += end
            self.behind = len(self._text) - self._wrapped


class HeadedText:
    """A text below rows of its own and behind a margin, as a sequence of rows; see `DocumentText`.

    With `ends_blank` a blank row follows.
    """

    def __init__(
        self,
        head: Sequence[Line],
        text: str,
        width: int,
        *,
        as_markdown: bool,
        margin: Sequence[Span] = (),
        ends_blank: bool = True,
    ) -> None:
        self._head = head
        self._margin = margin
        self._ends_blank = ends_blank
        self._text = DocumentText(text, width - width_of(margin), as_markdown=as_markdown)

    @property
    def behind(self) -> int:
        return self._text.behind

    def go_on(self) -> None:
        """Make the rows of the next characters."""
        self._text.go_on()

    def __len__(self) -> int:
        return len(self._head) + len(self._text) + self._ends_blank

    def __getitem__(self, y: int) -> Line:
        at = y - len(self._head)
        if at < 0:
            return self._head[y]
        return BLANK if at == len(self._text) else indented((self._text[at],), self._margin)[0]
