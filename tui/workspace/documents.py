"""The documents that passages come from: read around a passage, and found on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui.api.errors import ApiError, NotFoundError
from tui.conversation.passages import Location, Passage
from tui.conversation.surroundings import STRETCH_CHARS, Surroundings, asked_before, begin, with_after, with_before
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean
from tui.settings import LOCAL_ACCOUNT
from tui.workspace.indexes import IndexList
from tui.workspace.state import WorkspaceState

if TYPE_CHECKING:
    from tui.api.client import Client
    from tui.pictures.page_pictures import PagePictures

LOOKED_THROUGH_CHARS = 1_000_000
"""So much of a document is looked through for a passage that does not say where it stands."""

PIECE_CHARS = 200_000


class NoDocumentError(Exception):
    """A passage leads to no document. The message says why, and is fit to show."""


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """A document that can be read, and what has been read of it around a passage."""

    index_id: str
    file_id: str
    surroundings: Surroundings


class Documents:
    """Reads the documents of one account. Its methods raise `NoDocumentError`."""

    def __init__(self, state: WorkspaceState, indexes: IndexList) -> None:
        self._state = state
        self._indexes = indexes

    async def around(self, passage: Passage, index_ids: Sequence[str]) -> DocumentPlace:
        """A passage where it stands in its document, with a stretch of text before and behind it.

        `index_ids` are those that may have the document, where the passage does not name its index.
        """
        location = passage.location
        if location is None or not passage.text:
            raise NoDocumentError("The server does not say which document this passage stands in.")
        index_id = await self._index_with(location, index_ids)
        known = await self._found(index_id, location, passage.text)
        place = DocumentPlace(index_id, location.file_id, known)
        return await self.read_before(await self.read_behind(place))

    async def read_before(self, place: DocumentPlace) -> DocumentPlace:
        """With one more stretch of text before what has been read."""
        known = place.surroundings
        if known.begins:
            return place
        offset, length = asked_before(known)
        text = await self._read(place.index_id, place.file_id, offset, length)
        return DocumentPlace(place.index_id, place.file_id, with_before(known, text))

    async def read_behind(self, place: DocumentPlace) -> DocumentPlace:
        """With one more stretch of text behind what has been read."""
        known = place.surroundings
        if known.ends:
            return place
        text = await self._read(place.index_id, place.file_id, known.last, STRETCH_CHARS)
        return DocumentPlace(place.index_id, place.file_id, with_after(known, text))

    def page_pictures(self) -> "PagePictures":
        """The pictures of their pages, for as long as they are looked at."""
        from tui.pictures.page_pictures import PagePictures  # not needed before a page is looked at

        return PagePictures(self._state.require_client)

    def path(self, passage: Passage) -> Path:
        """The file on this machine that a passage comes from."""
        if self._state.account_id != LOCAL_ACCOUNT:
            raise NoDocumentError("The documents of this account are on its server, not on this machine.")
        wanted = passage.location.index_id if passage.location else None
        indexes = [index for index in self._indexes.items if wanted in (None, index.id, index.export_config_id)]
        for folder in (Path(index.folder) for index in indexes if index.folder):
            path = (folder / passage.file).resolve()
            if path.is_relative_to(folder.resolve()) and path.is_file():
                return path
        raise NoDocumentError(
            f"{passage.file} is not in its folder any more: it was moved or deleted, or its disk was taken away."
        )

    async def _index_with(self, location: Location, index_ids: Sequence[str]) -> str:
        """The index that has a document."""
        candidates = [location.index_id] if location.index_id else list(index_ids)
        for index_id in candidates:
            try:
                await self._client.read_document(index_id, location.file_id, 1)
            except NotFoundError:
                continue
            except ApiError as error:
                raise NoDocumentError(error.message) from error
            return index_id
        raise NoDocumentError("The document of this passage is not in the session's indexes any more.")

    async def _found(self, index_id: str, location: Location, text: str) -> Surroundings:
        """A passage where it stands, else at its old place: what the document has there now follows it."""
        if span := await self._span(index_id, location, text):
            return begin(text, *span)
        if location.start is None:
            raise NoDocumentError("The server does not say where in its document this passage stands.")
        return begin(text, location.start, location.start, is_there=False)

    async def _span(self, index_id: str, location: Location, text: str) -> tuple[int, int] | None:
        """Where the text of a passage stands: at the place it tells, else where it is found; None where nowhere."""
        if location.start is not None:
            start, end = location.start, max(location.start, location.end or location.start + len(text))
            offset = max(0, start - len(text))
            near = await self._read(index_id, location.file_id, offset, end + len(text) - offset)
            if _plain(text) in _plain(near[start - offset : end - offset]):
                return start, end
            if (at := near.find(text)) >= 0:
                return offset + at, offset + at + len(text)
        return await self._search(index_id, location.file_id, text)

    async def _search(self, index_id: str, file_id: str, text: str) -> tuple[int, int] | None:
        read = ""
        while len(read) < LOOKED_THROUGH_CHARS:
            piece = await self._read(index_id, file_id, len(read), PIECE_CHARS)
            begin_at = max(0, len(read) - len(text))
            read += piece
            if (at := read.find(text, begin_at)) >= 0:
                return at, at + len(text)
            if len(piece) < PIECE_CHARS:
                break
        return None

    async def _read(self, index_id: str, file_id: str, offset: int, length: int) -> str:
        try:
            return await self._client.read_document(index_id, file_id, length, offset)
        except ApiError as error:
            raise NoDocumentError(error.message) from error

    @property
    def _client(self) -> "Client":
        try:
            return self._state.require_client()
        except ApiError as error:
            raise NoDocumentError(error.message) from error


def _plain(text: str) -> str:
    """A text without what is lost of it on its way: what is not safe to show, and the kind of its white space."""
    return " ".join(clean(text).split())
