"""The sessions of an account as a value: what the list shows, newest first, page by page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta

from tui.api.models import Index, Page, Session
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line

UNTITLED = "(untitled)"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Sessions by id, newest first. `next_page_token` names the page to load next, None after the last one."""

    sessions: Mapping[str, Session] = field(default_factory=dict[str, Session])
    next_page_token: str | None = None

    def __len__(self) -> int:
        return len(self.sessions)

    def __iter__(self) -> Iterator[Session]:
        return iter(self.sessions.values())

    def __getitem__(self, session_id: str) -> Session:
        return self.sessions[session_id]

    def get(self, session_id: str | None) -> Session | None:
        return self.sessions.get(session_id or "")


def first_page(catalogue: Catalogue, page: Page[Session]) -> Catalogue:
    """The list loaded afresh: its first page, with what was known before. What is gone shows after the last page."""
    return with_page(Catalogue(catalogue.sessions), page)


def with_page(catalogue: Catalogue, page: Page[Session]) -> Catalogue:
    """One more page. A session that is listed twice is kept once, and a page that leads to itself is the last one.

    An empty page that leads to another one is not: what it had may be hidden from this key.
    """
    token = page.next_page_token
    is_last = not token or token == catalogue.next_page_token
    return Catalogue(_newest_first([*catalogue, *page.items]), None if is_last else token)


def with_session(catalogue: Catalogue, session: Session) -> Catalogue:
    """The session as it is now: in the place of its older self, or new."""
    return with_sessions(catalogue, [session])


def with_sessions(catalogue: Catalogue, sessions: Iterable[Session]) -> Catalogue:
    """These sessions as they are now: each in the place of its older self, or new."""
    return replace(catalogue, sessions=_newest_first([*catalogue, *sessions]))


def newer_than_listed(catalogue: Catalogue, sessions: Iterable[Session]) -> list[Session]:
    """Those that are not listed, or are and were another thing before. Of one state a title is the newer one."""
    return [session for session in sessions if _is_newer(session, catalogue.get(session.session_id))]


def _is_newer(session: Session, listed: Session | None) -> bool:
    if listed is None or session == listed:
        return listed is None
    when, before = (each.last_updated_at or _LONG_AGO for each in (session, listed))
    return when > before or (when == before and bool(session.generated_title or not listed.generated_title))


def without(catalogue: Catalogue, *session_ids: str) -> Catalogue:
    """The list after deletions. An id that is not in it changes nothing."""
    gone = set(session_ids)
    return replace(catalogue, sessions={key: value for key, value in catalogue.sessions.items() if key not in gone})


def with_others(catalogue: Catalogue, sessions: Iterable[Session]) -> Catalogue:
    """With sessions that were known before. Of one that is listed already, what is listed stays."""
    return replace(catalogue, sessions=_newest_first([*sessions, *catalogue]))


def _newest_first(sessions: Iterable[Session]) -> dict[str, Session]:
    latest = {session.session_id: session for session in sessions}
    ordered = sorted(latest.values(), key=lambda session: session.last_updated_at or _LONG_AGO, reverse=True)
    return {session.session_id: session for session in ordered}


def title_of(session: Session, first_question: str | None = None, name: str = "") -> str:
    """What the session is called: by the user, else by its generated title, its first question, or as untitled."""
    names = name, session.generated_title, first_question
    return next((line for name in names if (line := clean_line(name or ""))), UNTITLED)


def now() -> datetime:
    """The time now, in UTC."""
    return datetime.now(UTC)


def age(then: datetime | None, at: datetime) -> str:
    """How long ago, in at most six cells: `now`, `5 min`, `3 h`, `2 d`, `12 Mar`, `2024`. The future is `now`."""
    if then is None:
        return ""
    past = at - then
    if past < timedelta(minutes=1):
        return "now"
    if past < timedelta(hours=1):
        return f"{past.seconds // 60} min"
    if past < timedelta(days=1):
        return f"{past.seconds // 3600} h"
    if past < timedelta(days=7):
        return f"{past.days} d"
    return f"{then.day} {then:%b}" if past < timedelta(days=300) else str(then.year)


def age_in_words(then: datetime, at: datetime) -> str:
    """How long ago, to go on a sentence with: `just now`, `5 min ago`, `on 12 Mar`, `in 2024`."""
    short = age(then, at)
    if short == "now":
        return "just now"
    if at - then < timedelta(days=7):
        return f"{short} ago"
    return f"in {short}" if short.isdecimal() else f"on {short}"


def names_of(index_ids: Sequence[str], indexes: Iterable[Index]) -> list[str]:
    """The indexes' names, for ids of either kind (see `Index.export_config_id`); of unknown ones how many there are."""
    known: dict[str | None, str] = {}
    for index in indexes:
        known[index.id] = known[index.export_config_id] = index.name
    names = [clean_line(known[index_id]) for index_id in index_ids if index_id in known]
    unknown = len(index_ids) - len(names)
    return [*names, f"{counted(unknown, 'index', 'indexes')} not listed here"] if unknown else names


def earlier_choices(catalogue: Catalogue, indexes: Iterable[Index]) -> list[tuple[str, ...]]:
    """The sets of indexes that sessions are bound to, the latest first, each once: those that are all still there."""
    known: dict[str | None, str] = {}
    for index in indexes:
        known[index.id] = known[index.export_config_id] = index.id
    bound = [session.index_ids for session in catalogue if session.index_ids]
    sets = [tuple(known[index_id] for index_id in ids) for ids in bound if all(index_id in known for index_id in ids)]
    latest: dict[frozenset[str], tuple[str, ...]] = {}
    for ids in sets:
        latest.setdefault(frozenset(ids), ids)
    return list(latest.values())


def names_of_none(names: Iterable[str], indexes: Sequence[Index]) -> list[str]:
    """A sentence on each of these names that no index has, fit to show."""
    unknown = (name for name in names if not ids_named([name], indexes))
    return [f'There is no index with "{clean_line(name, 40)}" in its name.' for name in unknown]


def ids_named(names: Iterable[str], indexes: Iterable[Index]) -> frozenset[str]:
    """The ids, of either kind, of the indexes that have one of these pieces in their name, or as their id."""
    pieces = [name.casefold() for name in names]
    found = [
        (index.id, index.export_config_id)
        for index in indexes
        if any(piece in index.name.casefold() or piece == index.id.casefold() for piece in pieces)
    ]
    return frozenset(index_id for ids in found for index_id in ids if index_id)
