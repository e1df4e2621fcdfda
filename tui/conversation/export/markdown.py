"""A conversation as a Markdown file, with footnotes to the passages and the passages themselves behind it."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain

from tui.conversation.citations import CITATION, numbers_in
from tui.conversation.export.numbered_passages import NumberedPassage, markdown_parser, numbered_passages
from tui.conversation.plain_text import answer_text, end_text
from tui.conversation.transcript import Turn
from tui.sanitize import clean, clean_line

EXCERPT_CHARS = 240
"""Most characters of a passage that its footnote repeats."""

# Between two matches other threads get their turn, so that a long stretch without markup is a match of its own.
_PLAIN = r"(?P<plain>(?:(?<=[^\n])|(?=[^\s>]))[^`~<\\!\[\n]++)"
_FENCED = r"(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[^\n`]*$(?:\n(?![ \t>]*(?P=ticks)).*)*(?:\n.*)?)"
_CODE = r"(?P<code>(?<!`)(?P<span>`+)(?!`)(?:(?!\n\n)[^`]|(?!(?P=span)(?!`))`++){1,4096}?(?P=span)(?!`))"
_KEPT = rf"{_PLAIN}|{_FENCED}|{_CODE}|(?P<escape>\\.)|(?P<address><(?:https?://|mailto:)[^\s<>]*>)"
_MARKUP = re.compile(
    rf"{_KEPT}|(?P<escaped><(?=[A-Za-z/!?])|!(?=\[)|\[(?=\^\d+-\d))|{CITATION.pattern}(?![\[:])",
    re.MULTILINE,
)
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~!$&])")


def markdown_pieces(title: str, turns: Iterable[Turn], first: int = 1) -> Iterator[str]:
    """The questions and answers, with a footnote for each passage that an answer cites, and all passages behind them.

    The answers' own Markdown stays, but what would load something or be taken for HTML is text. `first` is the number
    of the first turn; the turns are iterated over twice. Safe to print in a terminal.
    """
    for at, block in enumerate(chain([f"# {_escaped(title)}"], _conversation(turns, first), _evidence(turns, first))):
        yield clean(f"\n\n{block}" if at else block)
    yield "\n"


def file_name(title: str, day: date, suffix: str = ".md") -> str:
    """A name for the file, of letters, digits and dashes: `<title>-<year>-<month>-<day><suffix>`."""
    words = "".join(char if char.isalnum() else " " for char in title.casefold()).split()
    return f"{'-'.join(words)[:60].strip('-') or 'session'}-{day.isoformat()}{suffix}"


def _conversation(turns: Iterable[Turn], first: int) -> Iterator[str]:
    for at, turn in enumerate(turns, first):
        passages = numbered_passages(turn)
        if turn.question:
            yield f"## {_escaped(' '.join(turn.question.split()))}"
        if answer := answer_text(turn):
            yield _with_footnotes(answer, at, {each.number for each in passages})
        if note := end_text(turn):
            yield f"*{_escaped(note)}*"
        yield from (f"[^{at}-{each.number}]: {_footnote(each)}" for each in passages if each.is_cited)


def _evidence(turns: Iterable[Turn], first: int) -> Iterator[str]:
    """All passages under a heading; nothing where there are none."""
    is_headed = False
    for at, turn in enumerate(turns, first):
        passages = numbered_passages(turn)
        if passages and not is_headed:
            yield "## Evidence"
            is_headed = True
        if passages:
            yield f"### {_escaped(' '.join((turn.question or f'Turn {at}').split()))}"
        for each in passages:
            mark = "cited" if each.is_cited else "found, not cited"
            yield f"**[{each.number}] {_escaped(each.passage.origin)}** ({mark})"
            if each.passage.text:
                yield _fenced(each.passage.text)


def _with_footnotes(answer: str, at: int, numbers: Collection[int]) -> str:
    """The answer with its citations as footnotes; one that leads nowhere stays as it is written."""

    def replaced(found: re.Match[str]) -> str:
        if found["escaped"]:
            return f"\\{found[0]}"
        cited = [number for number in _numbers(found) if number in numbers]
        if not cited:
            return found[0]
        return " ".join(f"[^{at}-{number}]" if number in cited else f"\\[{number}]" for number in _numbers(found))

    return _MARKUP.sub(replaced, answer) + _missing_fence(answer)


def _numbers(found: re.Match[str]) -> Sequence[int]:
    """The numbers of a citation; none where the markup is another one."""
    return numbers_in(found[0]) if not any(found.groupdict().values()) else ()


def _missing_fence(answer: str) -> str:
    """What ends a code block that the answer leaves open, so that nothing behind it is taken for code."""
    blocks = markdown_parser().disable("inline").parse(answer)
    last = blocks[-1] if blocks else None
    if last is None or last.type != "fence" or last.map is None:
        return ""
    begin, end = last.map
    lines = answer.split("\n")[begin:end]
    is_closed = (
        len(lines) > 1 and lines[-1].strip().startswith(last.markup) and not lines[-1].strip(f"{last.markup} \t")
    )
    return "" if is_closed else f"\n{last.markup}"


def _footnote(numbered: NumberedPassage) -> str:
    excerpt = clean_line(numbered.passage.text or "", EXCERPT_CHARS)
    origin = _escaped(numbered.passage.origin)
    return f"{origin}: “{_escaped(excerpt)}”" if excerpt else origin


def _fenced(text: str) -> str:
    """A text as a code block, in which nothing means anything."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text.rstrip()}\n{fence}"


def _escaped(line: str) -> str:
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", line)
