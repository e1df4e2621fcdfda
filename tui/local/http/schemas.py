"""The bodies and queries of the chat, index and attachment routes.

The limits are those of the API reference; a request that breaks one is answered in the form of its 422 error.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from tui.api.models import MAX_BOUND_INDEXES, MAX_PROMPT_CHARS
from tui.local.chat.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

MAX_MARKED_CHARS = 20_000

_Id = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Ids = Annotated[list[_Id], Field(max_length=MAX_BOUND_INDEXES)]


class CreateBody(BaseModel):
    """`POST /api/v1/chat`"""

    index_ids: _Ids | None = None
    shared_access: Literal["query", "read_only"] | None = None


class StreamBody(BaseModel):
    """`POST /api/v1/chat/{session_id}/messages/stream`"""

    index_ids: _Ids
    prompt: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PROMPT_CHARS)]
    require_all_indexes: bool = False


class TitleBody(BaseModel):
    """`POST /api/v1/chat/{session_id}/title`"""

    first_message: Annotated[str, StringConstraints(min_length=1)]


class IndexBody(BaseModel):
    """`POST /api/v1/indexes`. The source is a directory, by its id, or a folder of this machine, by its path."""

    source_directory_id: Annotated[str, StringConstraints(min_length=1, max_length=4096)]
    name: Annotated[str, StringConstraints(max_length=200)] | None = None
    description: Annotated[str, StringConstraints(max_length=2000)] | None = None


class ScopeQuery(BaseModel):
    """The query parameters of every route. There is one project here, so they are checked and change nothing."""

    project_id: UUID | None = None
    organization_id: UUID | None = None


class PageQuery(ScopeQuery):
    """The query parameters of a list. A larger page than the largest is made the largest."""

    page_size: Annotated[int, Field(ge=1)] = DEFAULT_PAGE_SIZE
    page_token: str | None = None

    @property
    def size(self) -> int:
        """How many items to give."""
        return min(self.page_size, MAX_PAGE_SIZE)


class IndexPageQuery(PageQuery):
    """The query parameters of the list of indexes."""

    source_directory_id: str | None = None


class SourceQuery(ScopeQuery):
    """The query parameter that names a document."""

    source_id: Annotated[str, StringConstraints(min_length=1)]


class MarkQuery(BaseModel):
    """The stretch of a document's text that is to be marked in the image of a page: this server's own parameters."""

    start_char: Annotated[int, Field(ge=0, le=2**40)] | None = None
    end_char: Annotated[int, Field(ge=0, le=2**40)] | None = None

    @property
    def marked(self) -> tuple[int, int] | None:
        """Where it starts and ends, of at most `MAX_MARKED_CHARS`; None when nothing is."""
        if self.start_char is None or self.end_char is None or self.end_char <= self.start_char:
            return None
        return self.start_char, min(self.end_char, self.start_char + MAX_MARKED_CHARS)


class AttachmentQuery(SourceQuery, MarkQuery):
    """The query parameters of one attachment."""


class AttachmentPageQuery(PageQuery, SourceQuery):
    """The query parameters of a document's attachments."""


class SignedQuery(MarkQuery):
    """The query parameters of a presigned URL."""

    expires: int
    signature: str


class IndexQuery(ScopeQuery):
    """The query parameters of one index."""

    expand: list[Literal["sync_in_progress"]] = []
