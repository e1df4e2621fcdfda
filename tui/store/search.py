"""Searching all that is kept of an account's sessions: titles, the user's names, and the texts of every turn."""

import re
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import partial
from itertools import groupby
from typing import NamedTuple, TypeAlias

from tui.api.models import Session
from tui.lazy_dataclass import dataclass
from tui.store.database import Database
from tui.store.event_codec import to_json
from tui.store.schema import UNSPACED_TITLE
from tui.store.search_query import PARTS, Part, Phrase, SessionQuery, fold, pattern
from tui.store.session_cache import session_of
from tui.unspaced import has_unspaced

MOST_TURNS = 500
"""Where more turns than this have the words, so many of those kept last are looked at, and of those kept first."""

MOST_SESSIONS = 50
"""Sessions that one search finds."""

HITS_OF_SESSION = 3
"""Hits that are told of one session; of the others how many there are."""

SNIPPET_CHARS = 160

_SESSION = "sessions.id, sessions.session_id, updated, sessions.title, index_ids, shared_access, name"
_JOINED = """JOIN sessions ON sessions.id = {of}
    LEFT JOIN notes ON notes.account = sessions.account AND notes.session_id = sessions.session_id"""
_LISTED = """sessions.account = :account
    AND NOT EXISTS (SELECT 1 FROM deletions
        WHERE deletions.account = sessions.account AND deletions.session_id = sessions.session_id)
    AND (:after IS NULL OR updated >= :after) AND (:before IS NULL OR updated < :before)
    AND (:indexes IS NULL OR EXISTS (
        SELECT 1 FROM json_each(CASE WHEN json_valid(index_ids) THEN index_ids ELSE '[]' END) AS bound
        WHERE bound.value IN (SELECT value FROM json_each(:indexes))))"""
_TURNS = f"""
    SELECT turns.id AS turn_id, turns.number, {_SESSION}
    FROM {{index}} CROSS JOIN turns ON turns.id = {{index}}.rowid {_JOINED.format(of="turns.session")}
    WHERE {{index}} MATCH :expression AND {{index}}.rowid BETWEEN :first AND :last
        AND turns.number < sessions.turns AND {_LISTED}
    ORDER BY {{index}}.rowid {{direction}} LIMIT :most"""
_RANGE = f"""
    SELECT min(turns.id), max(turns.id) FROM sessions JOIN turns ON turns.session = sessions.id WHERE {_LISTED}"""
_TITLES = f"""
    SELECT {_SESSION} FROM titles_fts {_JOINED.format(of="titles_fts.rowid")}
    WHERE titles_fts MATCH :expression AND {_LISTED} ORDER BY updated DESC LIMIT :most"""
_UNSPACED_TITLES = f"""
    SELECT {_SESSION} FROM sessions INDEXED BY unspaced_titles LEFT JOIN notes USING (account, session_id)
    WHERE {UNSPACED_TITLE} AND (:word IS NULL OR instr(title, :word)) AND {_LISTED} ORDER BY updated DESC"""
_NAMES = f"SELECT {_SESSION} FROM notes JOIN sessions USING (account, session_id) WHERE name IS NOT NULL AND {_LISTED}"
_SESSIONS = f"""
    SELECT {_SESSION} FROM sessions LEFT JOIN notes USING (account, session_id)
    WHERE {_LISTED} ORDER BY updated DESC LIMIT :most"""
_TEXTS = """
    SELECT id, question, answer, thinking, evidence, failure FROM turns
    WHERE id IN (SELECT value FROM json_each(?))"""

Values: TypeAlias = Mapping[str, str | int | None]


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text in one line, safe to show, and the ranges of its characters that were searched for."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn that has all the words: `turn` is its place in its session, from 0, and `part` what the snippet is of."""

    turn: int
    part: Part
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that was found: by its title or name where there are no hits. `more` counts the hits left out.

    `name` is the user's own for the session, "" where there is none.
    """

    session: Session
    name: str
    hits: tuple[Hit, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What a search found. `is_cut`: there is more than one search finds.

    Sessions that are called so come first, then those in which a question has all the words, then the others; of each
    the one used last first.
    """

    sessions: tuple[FoundSession, ...] = ()
    is_cut: bool = False

    @property
    def turns(self) -> int:
        """How many turns were found."""
        return sum(len(found.hits) + found.more for found in self.sessions)


class _Texts(NamedTuple):
    """The columns of a turn that are shown, by their parts."""

    id: int
    question: str
    answer: str
    thinking: str
    evidence: str
    failure: str


class SessionSearch:
    """Searches beside whatever else goes on in the store, and may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, account: str, query: SessionQuery, index_ids: Collection[str] | None = None) -> Findings:
        """The sessions of an account that a query means.

        `index_ids`: only sessions bound to one of these, for the names in `query.indexes`. Raises `InterruptedError`
        where `stop` ended it.
        """
        if query.is_empty:
            return Findings()
        values = {
            "account": account,
            "after": _start_of(query.after),
            "before": _start_of(query.before),
            "indexes": None if index_ids is None else to_json(sorted(index_ids)),
        }
        return self._database.read_beside(lambda connection: _find(connection, query, values))

    def stop(self) -> None:
        """End a search that another thread does: what it would find is not wanted any more."""
        self._database.interrupt_beside()


_LAST = 2**63 - 1
"""The greatest row id that there can be."""


def _find(connection: sqlite3.Connection, query: SessionQuery, values: Values) -> Findings:
    titled = _titled(connection, query, values)
    within = {**values, "most": MOST_TURNS, **_range(connection, query, values)}
    asked = _asked(connection, query, within)
    turns = list({row["turn_id"]: row for row in [*asked, *_turns(connection, query, within)]}.values())
    by_session = {row["id"]: row for row in [*titled, *turns]}
    first, second = ({row["id"] for row in rows} for rows in (titled, asked))
    newest = sorted(by_session.values(), key=lambda row: row["updated"] or "", reverse=True)
    best = sorted(newest, key=lambda row: (row["id"] not in first, row["id"] not in second))[:MOST_SESSIONS]
    shown = {row["id"] for row in best}
    ordered = sorted((row for row in turns if row["id"] in shown), key=lambda row: (row["id"], row["number"]))
    of_session = {key: list(group) for key, group in groupby(ordered, key=lambda row: row["id"])}
    texts = _texts(connection, (row for group in of_session.values() for row in group[:HITS_OF_SESSION]))
    sessions = tuple(_found(row, of_session.get(row["id"], []), texts, query) for row in best)
    return Findings(sessions, is_cut=len(turns) > MOST_TURNS or len(by_session) > MOST_SESSIONS)


def _range(connection: sqlite3.Connection, query: SessionQuery, values: Values) -> Values:
    """The first and the last row that a turn may have: else each that has the words were asked for its session."""
    first, last = connection.execute(_RANGE, values).fetchone() if query.is_of_sessions else (0, _LAST)
    return {"first": first, "last": last}


def _turns(connection: sqlite3.Connection, query: SessionQuery, values: Values) -> list[sqlite3.Row]:
    """The turns that have the words: the latest, and where there are more, the earliest."""
    turns = list[sqlite3.Row]()
    given = {**values, "expression": query.expression}
    for index in _indexes(query):
        latest = connection.execute(_TURNS.format(index=index, direction="DESC"), given).fetchall()
        turns += latest
        if len(latest) == MOST_TURNS:
            before = {**given, "last": latest[-1]["turn_id"] - 1}
            turns += connection.execute(_TURNS.format(index=index, direction="ASC"), before)
    return turns


def _asked(connection: sqlite3.Connection, query: SessionQuery, values: Values) -> list[sqlite3.Row]:
    """The latest turns that have the words in their question, where these are looked for elsewhere too."""
    if not query.finds_questions:
        return []
    given = {**values, "expression": replace(query, parts=frozenset(("question",))).expression}
    latest = (connection.execute(_TURNS.format(index=index, direction="DESC"), given) for index in _indexes(query))
    return [row for rows in latest for row in rows]


def _indexes(query: SessionQuery) -> Sequence[str]:
    """The indexes of turns that may have the words."""
    if not query.expression:
        return []
    return ["unspaced_fts"] if query.has_unspaced else ["turns_fts", "unspaced_fts"]


def _titled(connection: sqlite3.Connection, query: SessionQuery, values: Values) -> list[sqlite3.Row]:
    """The sessions that have the words in their title or name, or all that are meant where there are no words."""
    most = {**values, "most": MOST_SESSIONS + 1}
    if not query.expression and not query.terms:
        return connection.execute(_SESSIONS, most).fetchall()
    if not query.title_expression:
        return []
    titled = connection.execute(_TITLES, {**most, "expression": query.title_expression}).fetchall()
    as_written = filter(has_unspaced, (token for term in query.terms for token in term.tokens))
    unspaced = connection.execute(_UNSPACED_TITLES, {**values, "word": next(as_written, None)})
    titled += [row for row in unspaced if _has_all(row["title"], query.terms)]
    named = [row for row in connection.execute(_NAMES, values) if _has_all(row["name"], query.terms)]
    return [*titled, *named]


def _texts(connection: sqlite3.Connection, rows: Iterable[sqlite3.Row]) -> dict[int, _Texts]:
    wanted = to_json([row["turn_id"] for row in rows])
    return {row["id"]: _Texts(*row) for row in connection.execute(_TEXTS, (wanted,))}


def _found(
    row: sqlite3.Row, turns: Sequence[sqlite3.Row], texts: dict[int, _Texts], query: SessionQuery
) -> FoundSession:
    hits = [_hit(turn["number"], texts[turn["turn_id"]], query) for turn in turns[:HITS_OF_SESSION]]
    return FoundSession(session_of(row)[0], row["name"] or "", tuple(hits), len(turns) - len(hits))


def _hit(turn: int, texts: _Texts, query: SessionQuery) -> Hit:
    """The turn, with the piece of its text that has most of the words."""
    named = texts._asdict()
    parts: list[Part] = [part for part in PARTS if part != "title" and (not query.parts or part in query.parts)]
    words: dict[Part, int] = {part: _different(named[part], query.terms) for part in parts}
    best = max(parts, key=words.__getitem__) if query.terms else _main(query, texts)
    return Hit(turn, best, snippet(named[best], query.terms, _NO_WORDS.get(best, MARKDOWN_SIGNS)))


def _main(query: SessionQuery, texts: _Texts) -> Part:
    """What is shown of a turn that was not found by words."""
    if query.has_error:
        return "failure"
    return "question" if texts.question else "answer"


def _different(text: str, terms: tuple[Phrase, ...]) -> int:
    """How many different ones of the terms a text has."""
    folded, found = fold(text), pattern(terms)
    if found is None or not any(term.tokens[0] in folded for term in terms):
        return 0
    missing = set(range(1, len(terms) + 1))
    for match in found.finditer(folded):
        missing.discard(match.lastindex or 0)
        if not missing:
            break
    return len(terms) - len(missing)


def _has_all(text: str, terms: tuple[Phrase, ...]) -> bool:
    return _different(text, terms) == len(terms)


def snippet(text: str, terms: tuple[Phrase, ...], left_out: re.Pattern[str] | None = None) -> Snippet:
    """The piece of a text around the place where most of the terms stand together; its beginning where none does.

    What is left out is no words, unless it is what was searched for.
    """
    found = pattern(terms)
    matches = list(found.finditer(fold(text))) if found else []
    spans = [match.span() for match in _densest(matches)]
    start = max(0, spans[0][0] - SNIPPET_CHARS // 4) if spans else 0
    while start > 0 and not text[start - 1].isspace() and spans[0][0] - start < SNIPPET_CHARS // 2:
        start -= 1
    end = min(len(text), max(start + SNIPPET_CHARS, spans[0][1] if spans else 0))
    spans = [span for span in spans if span[1] <= end]
    return _in_one_line(text, start, end, spans, left_out)


def _densest(matches: Sequence[re.Match[str]]) -> Sequence[re.Match[str]]:
    """The matches of the snippet that begins with one of these and has most of the terms."""
    best: Sequence[re.Match[str]] = matches[:1]
    most = 0
    for number, first in enumerate(matches[:_LOOKED_AT]):
        last = number
        while last < len(matches) and matches[last].end() - first.start() <= SNIPPET_CHARS * 3 // 4:
            last += 1
        here = matches[number : max(last, number + 1)]
        if (different := len({match.lastindex for match in here})) > most:
            best, most = here, different
    return best


_LOOKED_AT = 200
"""Matches in one text at which a snippet may begin."""


MARKDOWN_SIGNS = re.compile(
    r"""^[ \t]*\|?[ \t]*:?-{2,}[ \t|:-]*$  # the rule below the head of a table, or a rule
    | ^[ \t]*(?:\#{1,6}|>)(?:[ \t]+|$)  # a heading, a quotation
    | ^[ \t]*(?:```|~~~).*$
    | [ \t]*\|[ \t]*  # between the cells of a table
    | \*\*|~~|`+
    """,
    re.MULTILINE | re.VERBOSE,
)


EVIDENCE_SIGNS = re.compile(
    rf"""^[ \t]*(?:[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[a-z]{{0,8}}[-_]?[\da-f]{{8}}[\da-f-]{{8,}})$
    | {MARKDOWN_SIGNS.pattern}""",
    re.MULTILINE | re.VERBOSE,
)
"""Those, and numbers and ids that stand alone: members of a result that say where a text was found."""

_NO_WORDS: Mapping[Part, re.Pattern[str] | None] = {"question": None, "evidence": EVIDENCE_SIGNS}
"""What is left out of the snippet of a part: what is read in a line is the words. Of other parts, Markdown's signs."""


def _in_one_line(
    text: str, start: int, end: int, spans: Sequence[tuple[int, int]], left_out: re.Pattern[str] | None
) -> Snippet:
    """The piece with single blanks, and a blank for each sign that is left out between words. The marks go along."""
    if left_out is not None:
        wanted = {at - start for first, last in spans for at in range(first, last)}
        text = text[:start] + left_out.sub(partial(_blanks, wanted), text[start:end]) + text[end:]
    shown, marks, at = "…" if start else "", list[tuple[int, int]](), start
    for first, last in [*spans, (end, end)]:
        shown = _joined(shown, text[at:first])
        begin = len(shown)
        shown = _joined(shown, text[first:last])
        if last > first:
            marks.append((begin, len(shown)))
        at = last
    return Snippet(shown.rstrip() + ("…" if end < len(text) else ""), tuple(marks))


def _blanks(wanted: Collection[int], sign: re.Match[str]) -> str:
    """As many characters as the sign has, so that what follows stays where it was found; itself where it is wanted."""
    if any(at in wanted for at in range(*sign.span())):
        return sign[0]
    return _NOTHING * len(sign[0]) if sign[0].strip() in ("**", "~~", "`", "``") else " " * len(sign[0])


_NOTHING = "\N{ZERO WIDTH NON-JOINER}"
"""Stands for a character that is not shown."""


def _joined(shown: str, piece: str) -> str:
    line = re.sub(r"\s+", " ", piece.replace(_NOTHING, ""))
    return shown + (line[1:] if line.startswith(" ") and (not shown or shown[-1] in " …") else line)


def _start_of(day: date | None) -> str | None:
    """The first moment of a day on this machine, as the store writes a time."""
    return None if day is None else datetime.combine(day, time()).astimezone(UTC).isoformat()
