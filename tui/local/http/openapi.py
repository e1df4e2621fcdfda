"""The description of this server's routes at `/openapi.json`, in OpenAPI 3.1.

Bodies and queries are described by the models that check them; answers by the shapes below, which are those of the
API reference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel

from tui.api.models import EVENT_TYPES
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

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_WHOLE: Schema = {"type": "integer"}
_WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
_YES_OR_NO: Schema = {"type": "boolean"}
_ANY_OBJECT: Schema = {"type": "object"}


def _object(**fields: Schema) -> Schema:
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(item: Schema) -> Schema:
    return {"type": "array", "items": item}


def _page(item: str) -> Schema:
    return _object(items=_list(_ref(item)), next_page_token=_TEXT_OR_NULL)


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


_SUMMARY: Mapping[str, Schema] = {
    "session_id": _TEXT,
    "last_updated_at": _TEXT,
    "generated_title": _TEXT_OR_NULL,
    "index_ids": {"type": ["array", "null"], "items": _TEXT},
    "job_metadata": {"type": ["object", "null"]},
    "shared_access": {"enum": ["query", "read_only"]},
}

SCHEMAS: Mapping[str, Schema] = {
    "Summary": _object(**_SUMMARY),
    "Session": _object(**_SUMMARY, events=_list(_ref("Event"))),
    "Event": {
        "type": "object",
        "properties": {"type": {"enum": list(EVENT_TYPES)}},
        "required": ["type"],
    },
    "Index": {
        **_object(
            id=_TEXT,
            name=_TEXT,
            project_id=_TEXT,
            export_config_id=_TEXT,
            sync_config_id=_TEXT,
            source_directory_id=_TEXT,
            output_directory_id=_TEXT,
            metadata=_ANY_OBJECT,
        )
    },
    "Project": _object(id=_TEXT, name=_TEXT, organization_id=_TEXT, is_default=_YES_OR_NO),
    "Attachment": _object(name=_TEXT, size=_WHOLE),
    "PresignedUrl": _object(url={"type": "string", "minLength": 1}, expires_at=_TEXT),
    "Result": _object(
        content=_TEXT,
        score={"type": "number"},
        rerank_score={"type": ["number", "null"]},
        metadata=_ANY_OBJECT,
        static_fields=_object(
            parsed_directory_file_id=_TEXT,
            chunk_index=_WHOLE,
            chunk_start_char=_WHOLE,
            chunk_end_char=_WHOLE,
            page_range_start=_WHOLE_OR_NULL,
            page_range_end=_WHOLE_OR_NULL,
            attachments=_list(_object(attachment_name=_TEXT, source_id=_TEXT, type=_TEXT)),
        ),
    ),
    "File": _object(file_id=_TEXT, file_name=_TEXT),
    "Match": _object(content=_TEXT, start_char=_WHOLE, end_char=_WHOLE),
    "Problem": _object(detail=_TEXT),
    "Invalid": _object(detail=_list(_object(loc={"type": "array"}, msg=_TEXT, type=_TEXT))),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """A route: what it takes, and what it answers when all is well (None: nothing, or a stream of events)."""

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


OPERATIONS: Sequence[Operation] = (
    Operation("get", "/api/v1/chat", "listSessions", _page("Summary"), query=PageQuery),
    Operation("post", "/api/v1/chat", "createSession", _ref("Summary"), CreateBody),
    Operation("get", "/api/v1/chat/{session_id}", "getSession", _ref("Session")),
    Operation("delete", "/api/v1/chat/{session_id}", "deleteSession", None, status=204),
    Operation("get", "/api/v1/chat/{session_id}/summary", "getSummary", _ref("Summary")),
    Operation("post", "/api/v1/chat/{session_id}/title", "setTitle", _ref("Summary"), TitleBody),
    Operation(
        "post",
        "/api/v1/chat/{session_id}/messages/stream",
        "ask",
        None,
        StreamBody,
        refusals=(409,),
        streams=True,
    ),
    Operation("get", "/api/v1/indexes", "listIndexes", _page("Index"), query=IndexPageQuery),
    Operation("post", "/api/v1/indexes", "createIndex", _ref("Index"), IndexBody, refusals=(403, 409)),
    Operation("delete", "/api/v1/indexes/{index_id}", "deleteIndex", None, status=204, refusals=(409,)),
    Operation("post", "/api/v1/indexes/{index_id}/sync", "syncIndex", _ref("Index"), status=202, refusals=(409,)),
    Operation(
        "post", "/api/v1/indexes/{index_id}/sync/cancel", "cancelSync", _ref("Index"), status=202, refusals=(409,)
    ),
    Operation("get", "/api/v1/indexes/{index_id}", "getIndex", _ref("Index"), query=IndexQuery),
    Operation("get", "/api/v1/projects", "listProjects", _list(_ref("Project")), also_query=("project_name",)),
    Operation("get", "/api/v1/projects/{project_id}", "getProject", _ref("Project")),
    Operation("get", "/api/v2/projects", "pageProjects", _page("Project"), query=PageQuery, also_query=("name",)),
    Operation("get", "/api/v2/projects/{project_id}", "getProjectV2", _ref("Project")),
    Operation(
        "get",
        "/api/v1/beta/attachments",
        "listAttachments",
        _page("Attachment"),
        query=AttachmentPageQuery,
    ),
    Operation(
        "get",
        "/api/v1/beta/attachments/{attachment_name}",
        "getAttachment",
        _ref("PresignedUrl"),
        query=AttachmentQuery,
    ),
    Operation(
        "post",
        "/api/v1/retrieval/retrieve",
        "retrieve",
        _object(results=_list(_ref("Result"))),
        RetrieveBody,
    ),
    Operation("post", "/api/v1/retrieval/files/find", "findFiles", _page("File"), FindBody),
    Operation("post", "/api/v1/retrieval/files/grep", "grepFile", _page("Match"), GrepBody),
    Operation("post", "/api/v1/retrieval/files/read", "readFile", _object(content=_TEXT), ReadBody),
)


def document() -> Schema:
    """The whole description."""
    schemas = dict(SCHEMAS)
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "llamachat-tui's local library", "version": version("llamachat-tui")},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    }


def _described(operation: Operation, schemas: dict[str, Schema]) -> Schema:
    told: Schema = {
        "operationId": operation.name,
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation)],
        "responses": {
            str(operation.status): _answer(operation),
            "422": _json("The request does not fit.", _ref("Invalid")),
            **{
                str(status): _json(HTTPStatus(status).phrase, _ref("Problem"))
                for status in (400, 401, 404, 413, *operation.refusals)
            },
        },
    }
    if operation.body:
        schema = operation.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        told["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return told


def _answer(operation: Operation) -> Schema:
    if operation.streams:
        data = {**_TEXT, "contentMediaType": "application/json", "contentSchema": _ref("Event")}
        event = _object(data=data, event={"enum": ["delta", "message"]})
        return {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": event}}}
    if operation.answer is None:
        return {"description": "Done."}
    return _json("What was asked for.", operation.answer)


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_parameters(path: str) -> list[Schema]:
    names = [part.strip("{}") for part in path.split("/") if part.startswith("{")]
    text: Schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": text} for name in names]


def _query_parameters(operation: Operation) -> list[Schema]:
    described = operation.query.model_json_schema()
    required = described.get("required", ())
    return [
        *(
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in described["properties"].items()
        ),
        *({"name": name, "in": "query", "required": False, "schema": _TEXT} for name in operation.also_query),
    ]
