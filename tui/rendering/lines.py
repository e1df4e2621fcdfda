"""Styled lines: what every part of a conversation becomes before it is drawn.

A line says what its text *is* (its roles), never which colour that has: the widget that draws maps roles to the theme.
"""

from typing import Literal, NamedTuple, TypeAlias

from tui.lazy_dataclass import dataclass

Role: TypeAlias = Literal[
    "text",
    "muted",
    "question",
    "thought",
    "tool",
    "error",
    "heading",
    "quote",
    "quote-bar",
    "citation",
    "bullet",
    "rule",
    "link",
    "inline-code",
    "code",
    "code-keyword",
    "code-name",
    "code-string",
    "code-number",
    "code-comment",
    "table-header",
    "table-border",
    "json-key",
]


class Style(NamedTuple):
    """How text is set off. `link` is a checked address to open (see `tui.sanitize`), or None."""

    role: Role = "text"
    bold: bool = False
    italic: bool = False
    strike: bool = False
    link: str | None = None


PLAIN = Style()
MUTED = Style("muted")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text of one style."""

    text: str
    style: Style = PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the screen.

    `decoration` counts the cells at its beginning that were never text (a margin, a bullet's indent, a quote's bar):
    they are not copied. `continues` is None where a line of the source begins; where the row goes on after a wrap it is
    what the wrap took away (a space, or nothing within a long word), so that copied text gets it back. `edge` is what
    stands at the right edge, "" for nothing: the row is filled in its style up to there. It is not part of the text.
    """

    spans: tuple[Span, ...] = ()
    decoration: int = 0
    continues: str | None = None
    edge: Span | None = None

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    @property
    def written(self) -> str:
        """The text without what was never text: what is copied of the whole row."""
        return self.text[self.decoration :]

    @property
    def joint(self) -> str:
        """What stands between the row above and this one in the source."""
        return "\n" if self.continues is None else self.continues


BLANK = Line()
