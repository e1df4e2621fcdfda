"""The description of this server's routes at `/openapi.json`, in OpenAPI 3.1.

Operations are those of `tui.local.http.operations`. Bodies and queries are described by the models that check them;
answers by `tui.local.http.answers`.
"""

from http import HTTPStatus
from importlib.metadata import version

from tui.local.http.answers import SCHEMAS
from tui.local.http.json_schema import TEXT, Schema, object_of, ref
from tui.local.http.operations import OPERATIONS, Operation

SECURITY = {
    "key": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": "session"},
}
"""Two ways to send the key."""

EVENT_STREAM: Schema = {
    "schema": TEXT,
    "itemSchema": object_of(
        event={"enum": ["delta", "message"]},
        data={**TEXT, "contentMediaType": "application/json", "contentSchema": ref("Event")},
    ),
}
"""The whole stream is a text. `itemSchema` describes each event in it: OpenAPI 3.2 has that, and readers of 3.1 pass
over it."""

_STREAM = (
    "Server-sent events, each with the JSON of one `Event` as its `data`. Deltas come before the whole that they join "
    "to, and the last event is `stop`. Lines that begin with a colon only keep the connection alive."
)


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
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas, "securitySchemes": SECURITY},
        "security": [{name: []} for name in SECURITY],
    }


def _described(operation: Operation, schemas: dict[str, Schema]) -> Schema:
    described: Schema = {
        "operationId": operation.name,
        "tags": [_tag(operation.path)],
        "parameters": [*_path_parameters(operation.path), *_query_parameters(operation)],
        "responses": {
            str(operation.status): _answer(operation, schemas),
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
        media_type = "application/json"
        if operation.file_field:
            media_type = "multipart/form-data"
            schema["properties"][operation.file_field] = {"type": "string", "format": "binary"}
            schema["required"] = [*schema.get("required", ()), operation.file_field]
        required = bool(schema.get("required"))
        described["requestBody"] = {"required": required, "content": {media_type: {"schema": _named(schema, schemas)}}}
        described["responses"]["408"] = _json("The body did not come in time.", ref("Problem"))
    return described


def _tag(path: str) -> str:
    """What an operation is about: the first word of its path that says so."""
    return next(part for part in path.split("/") if part not in ("", "api", "v1", "v2", "beta"))


def _named(schema: Schema, schemas: dict[str, Schema]) -> Schema:
    """A reference to the schema, which is put among the components by its title; itself where it has none."""
    if "title" not in schema:
        return schema
    assert schemas.setdefault(schema["title"], schema) == schema, "two schemas have one title"
    return ref(schema["title"])


def _answer(operation: Operation, schemas: dict[str, Schema]) -> Schema:
    if operation.streams:
        return {"description": _STREAM, "content": {"text/event-stream": EVENT_STREAM}}
    if operation.answer is None:
        return {"description": "Done."}
    return _json("What was asked for.", _named(operation.answer, schemas))


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
