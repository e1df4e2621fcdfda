"""The bodies and queries of the directory routes (API reference, pages "Directories", their "Files", and "Files")."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, Json, StringConstraints

from tui.local.http.schemas import PageQuery

_Id = Annotated[str, StringConstraints(min_length=1, max_length=1200)]
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Description = Annotated[str, StringConstraints(max_length=2000)]
_Type = Literal["user", "ephemeral", "index"]
_Value = Annotated[str, StringConstraints(max_length=10_000)] | float | bool | list[str] | None
UserMetadata = Annotated[dict[str, _Value], Field(max_length=100)]


class DirectoryBody(BaseModel):
    """`POST /api/v1/beta/directories`. Nothing here expires, whatever the type."""

    name: _Name
    description: _Description | None = None
    type: Literal["user", "ephemeral"] = "user"


class DirectoryChange(BaseModel):
    """`PATCH /api/v1/beta/directories/{directory_id}`"""

    name: _Name | None = None
    description: _Description | None = None


class DirectoryPageQuery(PageQuery):
    """The query parameters of the list of directories."""

    name: str | None = None
    type: _Type | None = None
    types: Annotated[list[_Type], Field(default_factory=list)]
    include_deleted: bool = False


class FileBody(BaseModel):
    """`POST /api/v1/beta/directories/{directory_id}/files`"""

    file_id: _Id
    display_name: _Id | None = None
    unique_id: _Id | None = None
    metadata: UserMetadata | None = None


class FileChange(BaseModel):
    """`PATCH /api/v1/beta/directories/{directory_id}/files/{directory_file_id}`"""

    display_name: _Id | None = None
    unique_id: _Id | None = None
    metadata: UserMetadata | None = None
    target_directory_id: _Id | None = None


class FilePageQuery(PageQuery):
    """The query parameters of the list of a directory's files."""

    display_name: str | None = None
    display_name_contains: str | None = None
    unique_id: str | None = None
    file_id: str | None = None
    updated_at_on_or_after: datetime | None = None
    updated_at_on_or_before: datetime | None = None
    include_deleted: bool = False
    expand: Annotated[list[str], Field(default_factory=list)]


class UploadForm(BaseModel):
    """The text fields of `POST /api/v1/beta/directories/{directory_id}/files/upload`."""

    display_name: _Id | None = None
    unique_id: _Id | None = None
    external_file_id: _Id | None = None
    metadata: Json[UserMetadata] | None = None


class FileForm(BaseModel):
    """The text fields of `POST /api/v1/beta/files`."""

    purpose: _Name
    external_file_id: _Id | None = None
