"""A conversation as one HTML file that loads nothing and runs nothing, readable in light and in dark.

Everything from outside is escaped, and the page's own policy (CSP level 3) forbids it what it does not have: scripts,
and whatever is not in the file itself.
"""

import re
from base64 import b64encode
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from html import escape
from itertools import chain

from markdown_it.token import Token

from tui.api.models import ImageAttachment
from tui.conversation.citations import CITATION, numbers_in, pieces_of
from tui.conversation.export.numbered_passages import NumberedPassage, markdown_parser, numbered_passages
from tui.conversation.plain_text import answer_text, end_text
from tui.conversation.transcript import ToolUse, Turn
from tui.sanitize import clean, clean_url

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_STYLE = """
:root { color-scheme: light dark; --text: #1c1b22; --muted: #5b5966; --ground: #fdfcf8; --raised: #f1efe8;
  --line: #d9d6cc; --link: #7a3e00; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e9e6df; --muted: #a5a1ac; --ground: #17161b; --raised: #232129; --line: #3a3742; --link: #f0b26b; } }
body { margin: 0; background: var(--ground); color: var(--text); font: 1.05rem/1.6 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 2rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.25; }
section { border-top: 1px solid var(--line); margin-top: 2rem; }
section > h2 { font-size: 1.25rem; white-space: pre-wrap; }
a { color: var(--link); }
pre, code { background: var(--raised); border-radius: .25rem; font-size: .92em; }
pre { padding: .75rem; overflow-x: auto; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: left; }
blockquote { margin: .5rem 0; padding-left: .9rem; border-left: 3px solid var(--line); }
.note, .mark { color: var(--muted); }
.passage { white-space: pre-wrap; }
details { margin: .4rem 0; }
details:target { outline: 2px solid var(--link); outline-offset: .3rem; }
img { max-width: 100%; height: auto; border: 1px solid var(--line); }
"""
_PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}


def html_pieces(
    title: str,
    turns: Iterable[Turn],
    first: int = 1,
    picture: Callable[[ImageAttachment], bytes] = lambda _: b"",
) -> Iterator[str]:
    """The questions, the answers with their citations as links, and below each answer the passages it was built from.

    `first` is the number of the first turn. What `picture` gives is shown where it is a PNG or JPEG file.
    """
    head = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
    )
    sections = (piece for at, turn in enumerate(turns, first) for piece in _section(at, turn, picture))
    body = chain([f"<body>\n<main>\n<h1>{_text(title)}</h1>\n"], sections, ["</main>\n</body>\n</html>\n"])
    return map(clean, chain([head], body))


def picture_type(data: bytes) -> str | None:
    """The media type of a picture that a browser may be given; None where the bytes are not of one."""
    return next((kind for magic, kind in _PICTURES.items() if data.startswith(magic)), None)


def pictures_of(turns: Iterable[Turn]) -> Sequence[ImageAttachment]:
    """The pictures of pages that came with the results of tools, each once."""
    results = (part.returned for turn in turns for part in turn.parts if isinstance(part, ToolUse) and part.returned)
    return list(dict.fromkeys(result.image for result in results if result.image is not None))


def _section(at: int, turn: Turn, picture: Callable[[ImageAttachment], bytes]) -> Iterator[str]:
    passages = numbered_passages(turn)
    yield f'<section id="turn-{at}">\n<h2>{_text(turn.question or f"Turn {at}")}</h2>\n'
    yield _answer(answer_text(turn), at, {each.number for each in passages})
    if note := end_text(turn):
        yield f'<p class="note">{_text(note)}</p>\n'
    if passages:
        yield "<h3>Evidence</h3>\n"
    yield from (_passage(at, each) for each in passages)
    yield from (_figure(attachment.attachment_name, picture(attachment)) for attachment in pictures_of([turn]))
    yield "</section>\n"


def _passage(at: int, numbered: NumberedPassage) -> str:
    mark = "cited" if numbered.is_cited else "found, not cited"
    return (
        f'<details id="{_anchor(at, numbered.number)}"{" open" if numbered.is_cited else ""}>\n'
        f"<summary>[{numbered.number}] {_text(numbered.passage.origin)} "
        f'<span class="mark">{mark}</span></summary>\n'
        f'<blockquote class="passage">{_text(numbered.passage.text or "This passage has no text.")}</blockquote>\n'
        "</details>\n"
    )


def _figure(name: str, data: bytes) -> str:
    """A picture; nothing where it is none that may be shown."""
    kind = picture_type(data)
    if kind is None:
        return ""
    source = f"data:{kind};base64,{b64encode(data).decode()}"
    return f'<figure><img alt="{_text(name)}" src="{source}"><figcaption>{_text(name)}</figcaption></figure>\n'


def _anchor(at: int, number: int) -> str:
    return f"turn-{at}-passage-{number}"


def _text(text: str) -> str:
    return escape(text)


def _answer(answer: str, at: int, numbers: Collection[int]) -> str:
    parser = markdown_parser()
    tokens = parser.parse(clean(answer))
    for token in tokens:
        token.info = ""
        token.children = token.children and list(_harmless(token.children, at, numbers))
    return parser.renderer.render(tokens, parser.options, {})


def _harmless(tokens: Sequence[Token], at: int, numbers: Collection[int]) -> Iterator[Token]:
    """Inline tokens with citations as links, only links that may be opened, and pictures by their names."""
    links = 0
    for token in tokens:
        match token.type:
            case "text" if not links:
                yield _html(_linked(token.content, at, numbers))
            case "image":
                yield _html(f"[image: {_text(token.content)}]")
            case "link_open":
                links += 1
                address = clean_url(str(token.attrs.get("href", "")))
                token.attrs = {"href": address, "rel": "noopener noreferrer"} if address else {}
                yield token
            case "link_close":
                links -= 1
                yield token
            case _:
                yield token


def _html(content: str) -> Token:
    return Token("html_inline", "", 0, content=content)


def _linked(text: str, at: int, numbers: Collection[int]) -> str:
    """A text as HTML, in which each citation that leads somewhere is a link to its passage."""

    def link(found: re.Match[str]) -> str:
        return "".join(_piece(piece, at, numbers) for piece in pieces_of(found[0]))

    return CITATION.sub(link, _text(text))


def _piece(piece: str, at: int, numbers: Collection[int]) -> str:
    """A citation, or the part of one that has a number, as a link where it leads somewhere."""
    (number,) = numbers_in(piece)
    return f'<a href="#{_anchor(at, number)}">{piece}</a>' if number in numbers else piece
