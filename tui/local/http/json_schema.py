"""Words for writing JSON Schema."""

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer"}
WHOLE_OR_NULL: Schema = {"type": ["integer", "null"]}
NUMBER_OR_NULL: Schema = {"type": ["number", "null"]}
TIME: Schema = {"type": "string", "format": "date-time"}
TIME_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
YES_OR_NO: Schema = {"type": "boolean"}
ANY_OBJECT: Schema = {"type": "object"}


def object_of(**fields: Schema) -> Schema:
    """An object that has at least these fields."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def with_optional(described: Schema, **fields: Schema) -> Schema:
    """The same object, which may have these fields as well."""
    return {**described, "properties": {**described["properties"], **fields}}


def nullable(described: Schema) -> Schema:
    """The same object, or null."""
    return {**described, "type": ["object", "null"]}


def list_of(item: Schema) -> Schema:
    """A list of such items."""
    return {"type": "array", "items": item}


def page_of(name: str) -> Schema:
    """A page of a list of the component schema `name`."""
    return titled(f"{name}Page", object_of(items=list_of(ref(name)), next_page_token=TEXT_OR_NULL))


def titled(title: str, described: Schema) -> Schema:
    """The same under a name of its own, by which generated clients call it."""
    return {"title": title, **described}


def ref(name: str) -> Schema:
    """The component schema `name`."""
    return {"$ref": f"#/components/schemas/{name}"}
