"""An answer made of quotations: which candidates of the passages are shown, and how they are cited. Pure.

A citation `[n]` means the n-th source that the turn's tools gave (`tui.local.agents.tools`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tui.local.agents.markdown_text import escaped, escaped_line, escaped_whole_line
from tui.local.agents.tool_output import CitedPassage
from tui.local.library.documents import DocumentBlock, Format
from tui.local.library.passages import HEADING_JOIN, Passage
from tui.local.library.readers import language_of
from tui.local.library.words import folded, sentences
from tui.local.search.query import Query
from tui.local.search.ranking import Unit, covered, share, units
from tui.sanitize import clean_line

NO_MODEL = "*No language model is configured: this answer consists of passages quoted from your documents.*"
MIN_LEAD_CHARS = 40
"""A first sentence that is shorter is given with the one after it."""
MAX_TABLE_ROWS = 8
"""A table with more rows is shown with those rows only that have a word of the question."""

MAX_QUOTES = 4
FIRST_QUOTE_CHARS = 900
QUOTE_CHARS = 450
READING_CHARS = 1800
MIN_SCORE_SHARE = 0.6
"""A passage is quoted when its score is at least this part of the best one's."""
WEAK_COVERAGE = 0.45
"""Where less than this part of the question (by weight) is found in the best passage, the answer says so."""
DUPLICATE_OVERLAP = 0.6
"""Two quotations that share this part of their words say the same; the second is left out."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A part of the passage with citation number `number`: its text as it stands in the document, where that lies in
    the passage, and the unit of it that answers best."""

    number: int
    passage: Passage
    start: int
    end: int
    best: Unit
    text: str


def compose(question: str, query: Query, passages: Sequence[CitedPassage]) -> Iterator[str]:
    """The answer in Markdown, piece by piece, from passages, best first."""
    quotes = choose(question, query, passages)
    if not quotes:
        return
    first = max(quotes, key=lambda quote: (quote.passage.score + quote.best.score, -quote.number))
    found = covered(query.terms, folded(f"{first.passage.file_name} {first.passage.heading} {first.passage.text}"))
    absent = [term.text for term in query.terms if term not in found] + list(query.missing)
    if share(query.terms, found) < WEAK_COVERAGE or len(query.missing) > len(query.terms):
        yield f"No passage answers this directly; the nearest ones lack {', '.join(map(clean_line, absent))}.\n\n"
    lead, rest = _lead(first)
    yield f"{lead} [{first.number}]\n\n"
    others = [quote for quote in quotes if quote is not first]
    others.sort(key=lambda quote: quote.passage.file_name != first.passage.file_name)
    for quote, text in [(first, rest), *((quote, quote.text) for quote in others)]:
        if text.strip():
            document_format = "text" if quote.best.block.kind == "other" else quote.passage.format
            shown = _shown(text, quote.passage.file_name, document_format)
            yield f"**{escaped_line(location(quote.passage))}** [{quote.number}]\n\n{shown}\n\n"
    yield f"{NO_MODEL}\n\n**Sources**\n\n"
    for quote in sorted(quotes, key=lambda q: q.number):
        yield f"- [{quote.number}] {escaped_line(source(quote))}\n"


def choose(question: str, query: Query, passages: Sequence[CitedPassage]) -> list[Quote]:
    """The quotations worth showing, at most one of each passage and none that repeats another."""
    quotes: list[Quote] = []
    shown: list[set[str]] = []
    threshold = MIN_SCORE_SHARE * max((cited.passage.score for cited in passages), default=0.0)
    for cited in passages:
        if len(quotes) == MAX_QUOTES or cited.passage.score < threshold:
            break
        quote = _quote(cited, question, query, QUOTE_CHARS if quotes else FIRST_QUOTE_CHARS)
        if quote is None:
            continue
        own = set(folded(quote.text))
        if all(len(own & other) / max(1, min(len(own), len(other))) < DUPLICATE_OVERLAP for other in shown):
            quotes.append(quote)
            shown.append(own)
    return quotes or [_whole(cited) for cited in passages[:1]]


def _whole(cited: CitedPassage) -> Quote:
    """A passage without a sentence, such as a heading alone or front matter."""
    text = cited.passage.text
    block = DocumentBlock("other", 0, len(text))
    return Quote(cited.citation, cited.passage, 0, len(text), Unit(block, 0, len(text), 0.0, matches=True), text)


def _quote(cited: CitedPassage, question: str, query: Query, budget: int) -> Quote | None:
    passage = cited.passage
    candidates = units(passage, question, query.terms)
    if not candidates:
        return None
    at = max(range(len(candidates)), key=lambda index: (candidates[index].score, -index))
    low, high = _window(candidates, at, budget)
    start, end = candidates[low].start, candidates[high].end
    text = _table(passage.text, candidates, at) if candidates[at].block.kind == "table" else passage.text[start:end]
    return Quote(cited.citation, passage, start, end, candidates[at], text)


def _table(text: str, candidates: Sequence[Unit], at: int) -> str:
    """A table whole, or when it is long its head and the rows that have a word of the question."""
    block = candidates[at].block
    rows = [part for part in candidates if part.block is block]
    if len(rows) <= MAX_TABLE_ROWS:
        return text[block.start : block.end]
    head = text[block.start : block.end].splitlines()[:2]
    return "\n".join([*head, *(text[row.start : row.end] for row in rows if row.matches or row is candidates[at])])


def _window(candidates: Sequence[Unit], at: int, budget: int) -> tuple[int, int]:
    """The run of units around the best one that fits the budget: its own block first, then the text that leads into
    the block, then what follows."""
    low = high = at
    block = candidates[at].block

    def size(first: int, last: int) -> int:
        return candidates[last].end - candidates[first].start

    while high + 1 < len(candidates) and candidates[high + 1].block is block and size(low, high + 1) <= budget:
        high += 1
    while low > 0 and candidates[low - 1].block is block and size(low - 1, high) <= budget:
        low -= 1
    whole = low == 0 or candidates[low - 1].block is not block
    while whole and low > 0 and _belongs(candidates[low - 1].block, block) and size(low - 1, high) <= budget + 200:
        low -= 1
    while high + 1 < len(candidates) and size(low, high + 1) <= budget:
        high += 1
    return low, high


def _belongs(before: DocumentBlock, block: DocumentBlock) -> bool:
    """Whether a block is best read with the paragraph before it."""
    return before.kind == "paragraph" and block.kind in ("list", "table", "code")


def _lead(quote: Quote) -> tuple[str, str]:
    """The line that answers first, in Markdown, and the rest of the quotation as it stands in the document."""
    line, rest = _answering(quote)
    return (escaped_whole_line(line) if quote.passage.format == "text" else line), rest


def _answering(quote: Quote) -> tuple[str, str]:
    text = quote.passage.text
    best = quote.best
    sentence = text[best.start : best.end]
    if best.block.kind == "table":
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", sentence.strip().strip("|"))]
        return " — ".join(cell for cell in cells if cell), quote.text
    if best.block.kind == "list":
        return re.sub(r"^\s*(?:[-*+•]|\d+[.)])\s+", "", " ".join(sentence.split())), quote.text
    if best.block.kind == "paragraph":
        end = best.end
        if len(sentence) < MIN_LEAD_CHARS:
            following = next(sentences(text[end : min(best.block.end, quote.end)]), (0, 0))
            end += following[1]
        rest = text[end : quote.end].lstrip(" ") if best.start == quote.start else quote.text
        return " ".join(text[best.start : end].split()), rest
    return f"See {escaped_line(location(quote.passage))}:", quote.text


def _shown(text: str, file_name: str, document_format: Format) -> str:
    """A quotation; source code in a fence that nothing in it can close."""
    match document_format:
        case "markdown":
            return _quoted(text.strip("\n").lstrip(" "))
        case "text":
            return _quoted(escaped(text))
        case "code":
            ticks = max((len(run) for run in re.findall(r"`+", text)), default=0)
            fence = "`" * max(3, ticks + 1)
            code = text.strip("\n")
            return f"{fence}{language_of(file_name)}\n{code}\n{fence}"


def reading(number: int, file_name: str, where: str, text: str, document_format: Format) -> Iterator[str]:
    """What was read of one document: its beginning, or a page."""
    shown = text.strip()
    if len(shown) > READING_CHARS:
        end = shown.rfind("\n", 0, READING_CHARS)
        shown = f"{shown[: end if end > 0 else READING_CHARS].rstrip()}\n…"
    name = escaped_line(clean_line(file_name))
    yield f"{name}, {where} [{number}]\n\n{_shown(shown, file_name, document_format)}\n\n"
    yield f"{NO_MODEL}\n\n**Sources**\n\n- [{number}] {name}, {where}\n"


def _quoted(markdown: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in markdown.splitlines())


def location(passage: Passage) -> str:
    """Document and heading of a passage, as a reader looks them up."""
    return clean_line(HEADING_JOIN.join(filter(None, (passage.file_name, passage.heading))))


def source(quote: Quote) -> str:
    """Where a quotation stands: document, heading, and page, lines or anchor."""
    place = quote.passage.place(quote.start, quote.end)
    return ", ".join(filter(None, (location(quote.passage), clean_line(place))))
