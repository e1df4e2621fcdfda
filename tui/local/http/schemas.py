"""The bodies and queries of the chat, index and attachment routes.

The limits are those of the API reference; a request that breaks one is answered in the form of its 422 error.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from tui.api.models import MAX_BOUND_INDEXES, MAX_PROMPT_CHARS
from tui.local.chat.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE

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
    """`POST /api/v1/indexes`. The source directory is a folder of this machine, by its path."""

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


class AttachmentQuery(ScopeQuery):
    """The query parameters of one attachment."""

    source_id: Annotated[str, StringConstraints(min_length=1)]


class AttachmentPageQuery(PageQuery, AttachmentQuery):
    """The query parameters of a document's attachments."""


class SignedQuery(BaseModel):
    """The query parameters of a presigned URL."""

    expires: int
    signature: str


class IndexQuery(ScopeQuery):
    """The query parameters of one index."""

    expand: list[Literal["sync_in_progress"]] = []
