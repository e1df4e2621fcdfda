"""The description of this server's routes at `/openapi.json`, in OpenAPI 3.1.

Operations are those of `tui.local.http.operations`. Bodies and queries are described by the models that check them;
answers by the shapes below, which are those of the API reference.
"""

from collections.abc import Mapping
from http import HTTPStatus
from importlib.metadata import version

from tui.api.models import EVENT_TYPES
from tui.local.http.json_schema import (
    ANY_OBJECT,
    TEXT,
    TEXT_OR_NULL,
    WHOLE,
    WHOLE_OR_NULL,
    YES_OR_NO,
    Schema,
    list_of,
    object_of,
    ref,
)
from tui.local.http.operations import OPERATIONS, Operation

_SUMMARY: Mapping[str, Schema] = {
    "session_id": TEXT,
    "last_updated_at": TEXT,
    "generated_title": TEXT_OR_NULL,
    "index_ids": {"type": ["array", "null"], "items": TEXT},
    "job_metadata": {"type": ["object", "null"]},
    "shared_access": {"enum": ["query", "read_only"]},
}

SCHEMAS: Mapping[str, Schema] = {
    "Summary": object_of(**_SUMMARY),
    "Session": object_of(**_SUMMARY, events=list_of(ref("Event"))),
    "Event": {
        "type": "object",
        "properties": {"type": {"enum": list(EVENT_TYPES)}},
        "required": ["type"],
    },
    "Index": {
        **object_of(
            id=TEXT,
            name=TEXT,
            project_id=TEXT,
            export_config_id=TEXT,
            sync_config_id=TEXT,
            source_directory_id=TEXT,
            output_directory_id=TEXT,
            metadata=ANY_OBJECT,
        )
    },
    "Project": object_of(id=TEXT, name=TEXT, organization_id=TEXT, is_default=YES_OR_NO),
    "Attachment": object_of(name=TEXT, size=WHOLE),
    "PresignedUrl": object_of(url={"type": "string", "minLength": 1}, expires_at=TEXT),
    "Result": object_of(
        content=TEXT,
        score={"type": "number"},
        rerank_score={"type": ["number", "null"]},
        metadata=ANY_OBJECT,
        static_fields=object_of(
            parsed_directory_file_id=TEXT,
            chunk_index=WHOLE,
            chunk_start_char=WHOLE,
            chunk_end_char=WHOLE,
            page_range_start=WHOLE_OR_NULL,
            page_range_end=WHOLE_OR_NULL,
            attachments=list_of(object_of(attachment_name=TEXT, source_id=TEXT, type=TEXT)),
        ),
    ),
    "File": object_of(file_id=TEXT, file_name=TEXT),
    "Match": object_of(content=TEXT, start_char=WHOLE, end_char=WHOLE),
    "Problem": object_of(detail=TEXT),
    "Invalid": object_of(detail=list_of(object_of(loc={"type": "array"}, msg=TEXT, type=TEXT))),
}


def document() -> Schema:
    """The whole description."""
    schemas = dict(SCHEMAS)
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        path = operation.path.replace(":path}", "}")
        paths.setdefault(path, {})[operation.method] = _described(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "llamachat-tui's local library", "version": version("llamachat-tui")},
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    }


def _described(operation: Operation, schemas: dict[str, Schema]) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation)],
        "responses": {
            str(operation.status): _answer(operation),
            "422": _json("The request does not fit.", ref("Invalid")),
            **{
                str(status): _json(HTTPStatus(status).phrase, ref("Problem"))
                for status in (400, 401, 404, 413, *operation.refusals)
            },
        },
    }
    if operation.body:
        schema = operation.body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= schema.pop("$defs", {})
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return described


def _answer(operation: Operation) -> Schema:
    if operation.streams:
        data = {**TEXT, "contentMediaType": "application/json", "contentSchema": ref("Event")}
        event = object_of(data=data, event={"enum": ["delta", "message"]})
        return {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": event}}}
    if operation.answer is None:
        return {"description": "Done."}
    return _json("What was asked for.", operation.answer)


def _json(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _path_parameters(path: str) -> list[Schema]:
    names = [part.strip("{}").removesuffix(":path") for part in path.split("/") if part.startswith("{")]
    text: Schema = {"type": "string", "minLength": 1}
    return [{"name": name, "in": "path", "required": True, "schema": text} for name in names]


def _query_parameters(operation: Operation) -> list[Schema]:
    query = operation.query.model_json_schema()
    required = query.get("required", ())
    return [
        *(
            {"name": name, "in": "query", "required": name in required, "schema": schema}
            for name, schema in query["properties"].items()
        ),
        *({"name": name, "in": "query", "required": False, "schema": TEXT} for name in operation.also_query),
    ]
