"""Inline Markdown (emphasis, code, links, images) as styled spans."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin

from tui.conversation.citations import CITATION, pieces_of
from tui.rendering.lines import MUTED, Span, Style
from tui.rendering.wrapping import cut
from tui.sanitize import clean, clean_line, clean_url

MAX_INLINE_CHARS = 4096
"""Most characters parsed as one: emphasis that spans more is not found, and no input takes quadratic time."""

MAX_BRACKETS = 256
"""Brackets that are parsed as one: each takes a hundred times as long as a letter, and so many are no links."""

References: TypeAlias = Mapping[str, object]
"""Link reference definitions, as markdown-it keeps them in its `env`."""


def parser() -> MarkdownIt:
    """CommonMark with tables, strikethrough, task lists and footnotes that stay where they are written.

    HTML is text. There is no autolinking of bare addresses: it doubles the parse time.
    """
    markdown = MarkdownIt("commonmark", {"html": False, "tasklists": True})
    markdown.enable(["table", "strikethrough"])
    return markdown.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)


_PARSER = parser()


def inline_spans(content: str, references: References, style: Style) -> list[Span]:
    """The spans of a paragraph's, heading's or cell's content; `style` is that of its plain text."""
    return [span for spans in drawing_inline(content, references, style) for span in spans]


def drawing_inline(content: str, references: References, style: Style) -> Iterator[Sequence[Span]]:
    """`inline_spans`, as much at once as is parsed as one."""
    while content:
        has_many = content.count("[", 0, MAX_INLINE_CHARS) > MAX_BRACKETS
        size = cut(content, MAX_BRACKETS if has_many else MAX_INLINE_CHARS)
        yield list(_Spans(style).walk(_parsed(content[:size], references)))
        content = content[size:]


def _parsed(content: str, references: References) -> Sequence[Token]:
    if not references and len(content) <= MAX_INLINE_CHARS // 4:
        return _parsed_alone(content)
    return _parse(content, {"references": references})


@lru_cache(maxsize=2048)
def _parsed_alone(content: str) -> Sequence[Token]:
    return _parse(content, {})


def _parse(content: str, env: dict[str, References]) -> Sequence[Token]:
    inline = _PARSER.parseInline(content, env)
    return (inline[0].children or ()) if inline else ()


class _Spans:
    """Walks inline tokens with a stack of styles, one for each emphasis that is open."""

    def __init__(self, style: Style) -> None:
        self._styles = [style]
        self._links: list[tuple[str, list[str]]] = []

    def walk(self, tokens: Sequence[Token]) -> Iterator[Span]:
        for token in tokens:
            if token.nesting > 0:
                self._open(token)
            elif token.nesting < 0:
                yield from self._close(token)
            elif token.type == "text" and "[" in token.content and not self._links:
                yield from self._with_citations(token.content)
            else:
                yield self._leaf(token)

    def _open(self, token: Token) -> None:
        style = self._styles[-1]
        match token.type:
            case "em_open":
                style = style._replace(italic=True)
            case "strong_open":
                style = style._replace(bold=True)
            case "s_open":
                style = style._replace(strike=True)
            case "link_open":
                target = str(token.attrs.get("href", ""))
                style = style._replace(role="link", link=clean_url(target))
                self._links.append((target, []))
            case _:
                pass
        self._styles.append(style)

    def _close(self, token: Token) -> Iterator[Span]:
        style = self._styles.pop()
        if token.type == "link_close":
            target, texts = self._links.pop()
            if _must_be_seen(target, "".join(texts), style.link):
                yield Span(f" [{clean_line(target)}]", MUTED)

    def _with_citations(self, content: str) -> Iterator[Span]:
        text, style, at = _one_row(content), self._styles[-1], 0
        for citation in CITATION.finditer(text):
            if citation.start() > at:
                yield Span(text[at : citation.start()], style)
            yield from (Span(each, Style("citation")) for each in pieces_of(citation[0]))
            at = citation.end()
        if at < len(text):
            yield Span(text[at:], style)

    def _leaf(self, token: Token) -> Span:
        style = self._styles[-1]
        match token.type:
            case "softbreak":
                text = " "
            case "hardbreak":
                text = "\n"
            case "code_inline":
                text = _one_row(token.content)
                style = style if style.role == "link" else style._replace(role="inline-code")
            case "image":
                alternative = _one_row("".join(child.content for child in token.children or ()))
                text = f"[image: {alternative}]" if alternative else "[image]"
                style = style._replace(role="muted")
            case "footnote_ref":
                text = f"[{_one_row(str(token.meta['label']))}]"
                style = style._replace(role="bullet")
            case _:
                text = _one_row(token.content)
        for _, texts in self._links:
            texts.append(text)
        return Span(text, style)


def _one_row(text: str) -> str:
    """Cleaned here because entities (`&#x202e;`) become characters only now; only a hard break breaks a row."""
    return clean(text).replace("\n", " ").replace("\t", " ")


def _must_be_seen(target: str, text: str, link: str | None) -> bool:
    """Whether a link's target must be shown: it cannot be opened, or the text claims another address."""
    if target in (text, f"mailto:{text}"):
        return False
    claims = "://" in text or text.lower().startswith("www.")
    return link is None or (claims and link.rstrip("/") != text.rstrip("/"))
