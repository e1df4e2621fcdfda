"""What is typed to search the sessions, as a value. Any text is a query: what is no filter is searched as words.

    lease "notice period" in:answer tool:retrieve index:contracts has:error after:2026-03 before:yesterday

A word of three letters or more finds what begins with it, and a text in quotation marks finds these very words in a
row. Words of a script without spaces are found wherever they stand. All must be in one turn, or in the title of a
session.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, TypeAlias, get_args

from tui.api.times import EARLIEST, LATEST
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.unspaced import UNSPACED_LETTERS, has_unspaced, parted

Part: TypeAlias = Literal["title", "question", "answer", "thinking", "evidence", "failure"]
"""Where words are found: in the title of a session, or in a text of a turn (see `TurnTexts`)."""

PARTS: tuple[Part, ...] = get_args(Part)
MAX_TERMS = 32
"""Words beyond these are not searched."""

FILTERS = "index:, tool:, in:, has:error, after: and before:"

_PIECE = re.compile(r'(?:([^\W\d_]+):)?(?:"([^"]*)"?|([^\s"]*))')
_TOKEN = re.compile(r"[^\W_]+")
_ADDRESS = re.compile(r"[^\W\d_]+://")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")


class _Folding(dict[int, str]):
    """Each letter in lower case, a Latin one without its marks: one character for one, so that places stay the same.

    The full-text index leaves out the marks of Latin letters only: elsewhere they make another letter, as in й and が.
    """

    def __missing__(self, code: int) -> str:
        lower = chr(code).lower()
        base = unicodedata.normalize("NFD", lower)[:1]
        self[code] = folded = base if base.isascii() else lower[:1]
        return folded


_FOLDING = _Folding()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words in a row, folded; of a script without spaces, letters. The last word may go on, unless it `is_exact`:
    in quotation marks.
    """

    tokens: tuple[str, ...]
    is_exact: bool = False

    @property
    def may_go_on(self) -> bool:
        """Whether the last word is the beginning of others: one or two ASCII letters would be that of too many."""
        last = self.tokens[-1]
        return not self.is_exact and not has_unspaced(last) and (len(last) > 2 or not last.isascii())

    @property
    def has_unspaced(self) -> bool:
        """Whether it has letters of a script without spaces."""
        return any(map(has_unspaced, self.tokens))


@dataclass(frozen=True, slots=True)
class SessionQuery:
    """What is wanted. Empty collections and None ask for nothing.

    `indexes` are pieces of the names of indexes; `problems` are sentences on what was not understood, fit to show, and
    `leaves_out_filter` says whether that was a filter that is known: then more is found than was meant.
    """

    terms: tuple[Phrase, ...] = ()
    parts: frozenset[Part] = frozenset()
    tools: tuple[Phrase, ...] = ()
    indexes: tuple[str, ...] = ()
    has_error: bool = False
    after: date | None = None
    before: date | None = None
    problems: tuple[str, ...] = ()
    leaves_out_filter: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing, so that nothing is found."""
        return not (self.terms or self.tools or self.indexes or self.has_error or self.after or self.before)

    @property
    def is_of_sessions(self) -> bool:
        """Whether only some sessions are meant, whatever is in them."""
        return bool(self.indexes or self.after or self.before)

    @property
    def has_unspaced(self) -> bool:
        """Whether it asks for letters of a script without spaces."""
        return any(term.has_unspaced for term in (*self.terms, *self.tools))

    @property
    def finds_titles(self) -> bool:
        """Whether a session can be found by its title alone."""
        return not self.tools and not self.has_error and (not self.parts or "title" in self.parts)

    @property
    def finds_questions(self) -> bool:
        """Whether words are looked for in the questions, and elsewhere too."""
        return bool(self.terms) and (not self.parts or ("question" in self.parts and len(self.parts) > 1))

    @property
    def expression(self) -> str:
        """What FTS5 is asked for the turns (https://www.sqlite.org/fts5.html#full_text_query_syntax); "" for none."""
        columns = [part for part in PARTS if part != "title" and (not self.parts or part in self.parts)]
        wanted = [f"{{{' '.join(columns)}}} : ({_all_of(self.terms)})"] if self.terms and columns else []
        if self.terms and not columns:
            return ""
        wanted += [f"{{tools}} : ({_all_of(self.tools)})"] if self.tools else []
        wanted += ['{failure} : "error"'] if self.has_error else []
        return " AND ".join(wanted)

    @property
    def title_expression(self) -> str:
        """What FTS5 is asked for the titles; "" for none."""
        return _all_of(self.terms) if self.finds_titles else ""


def fold(text: str) -> str:
    """The text without case and without marks on Latin letters, of the same length."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def parse(text: str, today: date) -> SessionQuery:
    """What was typed. `today` is the day that "today" and "yesterday" mean."""
    query = SessionQuery()
    for name, quoted, bare in _PIECE.findall(_typed(text)):
        query = _with_filter(query, name.lower(), quoted or bare, today) if name else _with_words(query, quoted, bare)
    is_begun = not text.strip() or '"' in text or ":" in text
    if query.is_empty and not query.problems and not is_begun:
        return replace(query, problems=("There is no word in this that could be searched for.",))
    return query


def pattern(terms: tuple[Phrase, ...]) -> re.Pattern[str] | None:
    """What finds the terms in a text that `fold` made: the number of the group that matched is the term's, from 1."""
    if not terms:
        return None
    return re.compile("|".join(f"({_expression_of(term)})" for term in terms))


def _typed(text: str) -> str:
    """The text in one line. An address is words, although a filter could begin like it."""
    line = unicodedata.normalize("NFC", clean_line(text, 1000))
    return _ADDRESS.sub(lambda found: found[0].replace(":", " "), line)


_LETTER = rf"[^\W_{UNSPACED_LETTERS}]"
"""A letter of a word that goes as far as such letters do."""


def _expression_of(term: Phrase) -> str:
    words = [_word(token, may_go_on=False) for token in term.tokens[:-1]]
    return r"[\W_]*".join([*words, _word(term.tokens[-1], may_go_on=term.may_go_on)])


def _word(token: str, *, may_go_on: bool) -> str:
    if has_unspaced(token):
        return token
    return f"(?<!{_LETTER}){token}{f'{_LETTER}*' if may_go_on else f'(?!{_LETTER})'}"


def _all_of(terms: tuple[Phrase, ...]) -> str:
    return " AND ".join(f'"{" ".join(term.tokens)}"{"*" if term.may_go_on else ""}' for term in terms)


def _term(text: str, *, is_exact: bool) -> tuple[Phrase, ...]:
    tokens = tuple(_TOKEN.findall(fold(parted(text))))
    return (Phrase(tokens, is_exact),) if tokens else ()


def _with_words(query: SessionQuery, quoted: str, bare: str) -> SessionQuery:
    terms = (*query.terms, *_term(quoted or bare, is_exact=bool(quoted)))
    return replace(query, terms=tuple(dict.fromkeys(terms))[:MAX_TERMS])


def _with_filter(query: SessionQuery, name: str, value: str, today: date) -> SessionQuery:
    match name:
        case "index" | "tool" | "in" | "has" | "after" | "before" if not value:
            return query
        case "index":
            return replace(query, indexes=(*query.indexes, value))
        case "tool":
            return replace(query, tools=(*query.tools, *_term(value, is_exact=False)))
        case "in" if found := [part for part in PARTS if part.startswith(value.lower())]:
            return replace(query, parts=query.parts | {found[0]})
        case "in":
            return _without_filter(query, f"in: takes {', '.join(PARTS[:-1])}.")
        case "has" if "error".startswith(value.lower()):
            return replace(query, has_error=True)
        case "has":
            return _without_filter(query, "has: takes error: the turns that ended with one.")
        case "after" | "before":
            return _with_day(query, name, value, today)
        case _:
            told = _with_problem(query, f"There is no filter {name}:, only {FILTERS}. It is searched as words.")
            return _with_words(_with_words(told if value else query, "", name), "", value)


def _with_day(query: SessionQuery, name: Literal["after", "before"], value: str, today: date) -> SessionQuery:
    day = _day(value.lower(), today)
    if day is None:
        problem = f"{name}: takes a day, a month or a year: 2026-03-01, 2026-03, 2026, today or yesterday."
        return _without_filter(query, problem)
    return replace(query, after=day) if name == "after" else replace(query, before=day)


def _day(value: str, today: date) -> date | None:
    """The first day that a value means."""
    named: Mapping[str, date] = {"today": today, "yesterday": today - timedelta(days=1)}
    found = _DATE.fullmatch(value)
    if found is None:
        return named.get(value)
    year, month, day = (int(number or 1) for number in found.groups())
    if not EARLIEST.year < year < LATEST.year:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _without_filter(query: SessionQuery, problem: str) -> SessionQuery:
    return replace(_with_problem(query, problem), leaves_out_filter=True)


def _with_problem(query: SessionQuery, problem: str) -> SessionQuery:
    return replace(query, problems=(*query.problems, problem))
