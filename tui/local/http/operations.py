"""The routes that this server has of LlamaCloud's API, one row each.

From these rows both the routes (`tui.local.http.routes`) and their description (`tui.local.http.openapi`) are made.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from tui.local.http.directory_schemas import (
    DirectoryBody,
    DirectoryChange,
    DirectoryPageQuery,
    FileBody,
    FileChange,
    FileForm,
    FilePageQuery,
    UploadForm,
)
from tui.local.http.json_schema import TEXT, Schema, list_of, object_of, page_of, ref, titled
from tui.local.http.pipeline_schemas import PipelineQuery, PipelineRetrieveBody
from tui.local.http.retrieval_schemas import FindBody, GrepBody, ReadBody, RetrieveBody
from tui.local.http.schemas import (
    AttachmentPageQuery,
    AttachmentQuery,
    CreateBody,
    IndexBody,
    IndexPageQuery,
    IndexQuery,
    PageQuery,
    ScopeQuery,
    StreamBody,
    TitleBody,
)

Handler: TypeAlias = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]
"""Answers the requests of one operation: on a thread when it is a plain function. Raises `BadRequestError`,
`PageTokenError` and `HTTPException`, which become answers."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A route, by its name: what it takes, and what it answers when all is well (None: nothing, or a stream of events).

    `path` is in Starlette's form.
    """

    method: str
    path: str
    name: str
    answer: Schema | None
    body: type[BaseModel] | None = None
    query: type[BaseModel] = ScopeQuery
    also_query: Sequence[str] = ()
    """More query parameters; all are texts and may be left out."""
    status: int = 200
    refusals: Sequence[int] = ()
    streams: bool = False
    file_field: str = ""
    """Of a multipart form, the field with the file; `body` describes the others."""


_DIRECTORIES = "/api/v1/beta/directories"
_DIRECTORY = "/api/v1/beta/directories/{directory_id}"
_FILE = "/api/v1/beta/directories/{directory_id}/files/{directory_file_id}"
_WRITING = (403, 409, 507)
_UPLOADING = (403, 408, 409, 507)

_DIRECTORY_OPERATIONS: Sequence[Operation] = (
    Operation("get", _DIRECTORIES, "listDirectories", page_of("Directory"), query=DirectoryPageQuery),
    Operation("post", _DIRECTORIES, "createDirectory", ref("Directory"), DirectoryBody, refusals=_WRITING),
    Operation("get", _DIRECTORY, "getDirectory", ref("Directory")),
    Operation("patch", _DIRECTORY, "updateDirectory", ref("Directory"), DirectoryChange, refusals=_WRITING),
    Operation("delete", _DIRECTORY, "deleteDirectory", None, status=204, refusals=_WRITING),
    Operation("get", f"{_DIRECTORY}/files", "listDirectoryFiles", page_of("DirectoryFile"), query=FilePageQuery),
    Operation("post", f"{_DIRECTORY}/files", "addDirectoryFile", ref("DirectoryFile"), FileBody, refusals=_WRITING),
    Operation(
        "post",
        f"{_DIRECTORY}/files/upload",
        "uploadDirectoryFile",
        ref("DirectoryFile"),
        UploadForm,
        refusals=_UPLOADING,
        file_field="upload_file",
    ),
    Operation("get", _FILE, "getDirectoryFile", ref("DirectoryFile")),
    Operation("patch", _FILE, "updateDirectoryFile", ref("DirectoryFile"), FileChange, refusals=_WRITING),
    Operation("delete", _FILE, "deleteDirectoryFile", None, status=204, refusals=_WRITING),
    Operation(
        "post",
        "/api/v1/beta/files",
        "createFile",
        ref("UploadedFile"),
        FileForm,
        refusals=_UPLOADING,
        file_field="file",
    ),
    Operation("delete", "/api/v1/beta/files/{file_id}", "deleteFile", None, status=204, refusals=_WRITING),
)

OPERATIONS: Sequence[Operation] = (
    Operation("get", "/api/v1/chat", "listSessions", page_of("Summary"), query=PageQuery),
    Operation("post", "/api/v1/chat", "createSession", ref("Summary"), CreateBody),
    Operation("get", "/api/v1/chat/{session_id}", "getSession", ref("Session")),
    Operation("delete", "/api/v1/chat/{session_id}", "deleteSession", None, status=204),
    Operation("get", "/api/v1/chat/{session_id}/summary", "getSummary", ref("Summary")),
    Operation("post", "/api/v1/chat/{session_id}/title", "setTitle", ref("Summary"), TitleBody),
    Operation(
        "post",
        "/api/v1/chat/{session_id}/messages/stream",
        "ask",
        None,
        StreamBody,
        refusals=(409,),
        streams=True,
    ),
    Operation("get", "/api/v1/indexes", "listIndexes", page_of("Index"), query=IndexPageQuery),
    Operation("post", "/api/v1/indexes", "createIndex", ref("Index"), IndexBody, refusals=(403, 409)),
    Operation("get", "/api/v1/indexes/{index_id}", "getIndex", ref("Index"), query=IndexQuery),
    Operation("delete", "/api/v1/indexes/{index_id}", "deleteIndex", None, status=204, refusals=(409,)),
    Operation("post", "/api/v1/indexes/{index_id}/sync", "syncIndex", ref("Index"), status=202, refusals=(409,)),
    Operation(
        "post", "/api/v1/indexes/{index_id}/sync/cancel", "cancelSync", ref("Index"), status=202, refusals=(409,)
    ),
    Operation("get", "/api/v1/projects", "listProjects", list_of(ref("Project")), also_query=("project_name",)),
    Operation("get", "/api/v1/projects/{project_id}", "getProject", ref("Project")),
    Operation("get", "/api/v2/projects", "pageProjects", page_of("Project"), query=PageQuery, also_query=("name",)),
    Operation("get", "/api/v2/projects/{project_id}", "getProjectV2", ref("Project")),
    Operation(
        "get",
        "/api/v1/beta/attachments",
        "listAttachments",
        page_of("Attachment"),
        query=AttachmentPageQuery,
    ),
    Operation(
        "get",
        "/api/v1/beta/attachments/{attachment_name:path}",
        "getAttachment",
        ref("PresignedUrl"),
        query=AttachmentQuery,
    ),
    Operation(
        "post",
        "/api/v1/retrieval/retrieve",
        "retrieve",
        titled("Results", object_of(results=list_of(ref("Result")))),
        RetrieveBody,
    ),
    Operation("post", "/api/v1/retrieval/files/find", "findFiles", page_of("File"), FindBody),
    Operation("post", "/api/v1/retrieval/files/grep", "grepFile", page_of("Match"), GrepBody),
    Operation("post", "/api/v1/retrieval/files/read", "readFile", titled("Content", object_of(content=TEXT)), ReadBody),
    *_DIRECTORY_OPERATIONS,
    Operation("get", "/api/v1/pipelines", "listPipelines", list_of(ref("Pipeline")), query=PipelineQuery),
    Operation("get", "/api/v1/pipelines/{pipeline_id}", "getPipeline", ref("Pipeline")),
    Operation(
        "post",
        "/api/v1/pipelines/{pipeline_id}/retrieve",
        "retrieveFromPipeline",
        ref("PipelineResults"),
        PipelineRetrieveBody,
    ),
)
