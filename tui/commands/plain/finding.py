"""Searching all sessions in lines: the hits are numbered, and one is opened by its number."""

from collections.abc import Iterator, Sequence

from tui.commands.exit_code import BadUseError
from tui.commands.plain.open_place import LineCommand, OpenPlace, numbered
from tui.conversation.catalogue import title_of
from tui.conversation.plain_text import end_text, plain_text
from tui.conversation.transcript import Turn
from tui.store.search import FoundSession, Hit
from tui.workspace.search.place import place_in


class Finding:
    """Searches what is kept on this machine, as the search of the app does."""

    def __init__(self, place: OpenPlace) -> None:
        self._place = place
        self._hits: Sequence[tuple[FoundSession, Hit | None]] = ()

    @property
    def commands(self) -> Sequence[LineCommand]:
        return [
            LineCommand("/search WORDS", "search all sessions, with a number for each hit", self._search),
            LineCommand("/hit NUMBER", "open the session of a hit, and read the part that has the words", self._open),
        ]

    async def _search(self, typed: str) -> None:
        if not typed:
            raise BadUseError("Type behind /search what to find.")
        place, searching = self._place, self._place.workspace.searching
        if "index:" in typed:
            await place.asking.indexes()
        place.asking.progress.show("Searching …")
        await searching.gathering.read_for_search()
        result = await searching.find(typed)
        if result is None:
            return
        self._hits = [(found, hit) for found in result.found.sessions for hit in found.hits or (None,)]
        place.put("".join(f"{line}\n" for line in [*result.problems, *_lines(self._hits), result.told] if line))

    async def _open(self, number: str) -> None:
        chosen = numbered(number, self._hits)
        if chosen is None:
            raise BadUseError("There is no such hit. Type /search and words for some.")
        found, hit = chosen
        turns = await self._place.open(found.session.session_id)
        if hit is None:
            await self._place.read(turns)
        elif hit.turn >= len(turns):
            raise BadUseError("The session has changed since: this turn is in it no more. Search again.")
        else:
            self._place.last = turns[hit.turn]
            self._place.put("".join(f"{piece}\n" for piece in _part(turns[hit.turn], hit)))


def _lines(hits: Sequence[tuple[FoundSession, Hit | None]]) -> Iterator[str]:
    """Each session by its title, and below it its hits by their numbers; one found by its title has a number itself."""
    before: FoundSession | None = None
    for number, (found, hit) in enumerate(hits, 1):
        title = title_of(found.session, None, found.name)
        if hit is None:
            yield f"{number}. session: {title}"
            continue
        if found is not before:
            yield f"{title}{f' · and {found.more} more hits' if found.more else ''}"
        yield f"{number}. {hit.part}: {hit.snippet.text}"
        before = found


def _part(turn: Turn, hit: Hit) -> Iterator[str]:
    """The question, and the part of the turn that has the words, whole."""
    yield f"Question: {turn.question}\n"
    if hit.part == "failure":
        yield end_text(turn)
        return
    block, _ = place_in(turn, hit)
    if block:
        yield f"{hit.part.capitalize()}: {plain_text(turn.parts[block - 1])}"
