"""The shapes of what the routes answer, in JSON Schema: those of the API reference, with all that this server sends.

Fields that are missing in some answers are described and not required.
"""

from collections.abc import Mapping

from tui.api.models import EVENT_TYPES, ContentEvent
from tui.local.http.json_schema import (
    ANY_OBJECT,
    NUMBER_OR_NULL,
    TEXT,
    TEXT_OR_NULL,
    TIME,
    TIME_OR_NULL,
    WHOLE,
    WHOLE_OR_NULL,
    YES_OR_NO,
    Schema,
    list_of,
    nullable,
    object_of,
    ref,
    with_optional,
)

_LAST_RUN = with_optional(
    object_of(is_error=YES_OR_NO, error=TEXT_OR_NULL, export_config_ids=list_of(TEXT)),
    duration_ms=NUMBER_OR_NULL,
    total_input_tokens=WHOLE_OR_NULL,
    total_output_tokens=WHOLE_OR_NULL,
    turns=WHOLE_OR_NULL,
)
_SUMMARY: Mapping[str, Schema] = {
    "session_id": TEXT,
    "last_updated_at": {**TEXT, "description": "ISO 8601, in UTC, without a zone."},
    "generated_title": TEXT_OR_NULL,
    "index_ids": {"type": ["array", "null"], "items": TEXT},
    "job_metadata": nullable(_LAST_RUN),
    "shared_access": {"enum": ["query", "read_only"]},
}
_USAGE = with_optional(
    object_of(),
    duration_ms=NUMBER_OR_NULL,
    total_input_tokens=WHOLE_OR_NULL,
    total_output_tokens=WHOLE_OR_NULL,
    turns=WHOLE_OR_NULL,
)
_IMAGE = object_of(attachment_name=TEXT, source_id=TEXT)
_EVENT_FIELDS: Mapping[str, Schema] = {
    **{name: object_of(content=TEXT) for name, kind in EVENT_TYPES.items() if issubclass(kind, ContentEvent)},
    "tool_call": object_of(call_id=TEXT, name=TEXT, arguments=ANY_OBJECT),
    "tool_result": with_optional(object_of(call_id=TEXT, name=TEXT, result={}), image_attachment=nullable(_IMAGE)),
    "stop": with_optional(
        object_of(is_error=YES_OR_NO, error=TEXT_OR_NULL, usage=_USAGE), skipped_index_ids=list_of(TEXT)
    ),
}


def _event_schema(name: str) -> str:
    """The name of the component that describes an event: "TextDeltaEvent"."""
    return "".join(word.capitalize() for word in name.split("_")) + "Event"


def _events() -> Mapping[str, Schema]:
    kinds: dict[str, Schema] = {}
    for name, fields in _EVENT_FIELDS.items():
        described = with_optional(fields)
        described["properties"] = {"type": {"const": name}, **fields["properties"]}
        described["required"] = ["type", *fields["required"]]
        kinds[_event_schema(name)] = described
    mapping = {name: f"#/components/schemas/{_event_schema(name)}" for name in _EVENT_FIELDS}
    any_of_them = [ref(name) for name in kinds]
    return {**kinds, "Event": {"oneOf": any_of_them, "discriminator": {"propertyName": "type", "mapping": mapping}}}


_TEXT_NODE = object_of(
    class_name=TEXT,
    id_=TEXT,
    text=TEXT,
    metadata=ANY_OBJECT,
    extra_info=ANY_OBJECT,
    start_char_idx=WHOLE,
    end_char_idx=WHOLE,
)

SCHEMAS: Mapping[str, Schema] = {
    "Summary": object_of(**_SUMMARY),
    "Session": object_of(**_SUMMARY, events=list_of(ref("Event"))),
    **_events(),
    "Index": object_of(
        id=TEXT,
        name=TEXT,
        description=TEXT_OR_NULL,
        project_id=TEXT,
        export_config_id=TEXT,
        sync_config_id=TEXT,
        source_directory_id=TEXT,
        output_directory_id=TEXT,
        created_at=TIME,
        updated_at=TIME,
        last_synced_at=TIME_OR_NULL,
        last_exported_at=TIME_OR_NULL,
        metadata=with_optional(
            object_of(
                status=TEXT, error_message=TEXT_OR_NULL, not_watched=TEXT_OR_NULL, files=WHOLE, skipped_files=WHOLE
            ),
            folder=TEXT_OR_NULL,
            files_done=WHOLE_OR_NULL,
            files_total=WHOLE_OR_NULL,
            size=WHOLE,
            skipped=list_of(object_of(name=TEXT, reason=TEXT)),
            remarks=list_of(object_of(name=TEXT, remark=TEXT)),
            vectors=object_of(model=TEXT, done=WHOLE, total=WHOLE_OR_NULL, problem=TEXT_OR_NULL),
        ),
        sync_in_progress={"type": ["boolean", "null"]},
    ),
    "Project": object_of(id=TEXT, name=TEXT, organization_id=TEXT, is_default=YES_OR_NO),
    "Attachment": object_of(name=TEXT, size=WHOLE, last_modified=TIME_OR_NULL),
    "PresignedUrl": object_of(
        url={"type": "string", "minLength": 1}, expires_at=TIME, form_fields={"type": ["object", "null"]}
    ),
    "Result": object_of(
        content=TEXT,
        score={"type": "number"},
        rerank_score=NUMBER_OR_NULL,
        metadata=ANY_OBJECT,
        static_fields=with_optional(
            object_of(
                parsed_directory_file_id=TEXT,
                chunk_index=WHOLE,
                chunk_start_char=WHOLE,
                chunk_end_char=WHOLE,
                page_range_start=WHOLE_OR_NULL,
                page_range_end=WHOLE_OR_NULL,
                attachments=list_of(object_of(attachment_name=TEXT, source_id=TEXT, type=TEXT)),
            ),
            chunk_token_count=WHOLE_OR_NULL,
        ),
    ),
    "File": object_of(file_id=TEXT, file_name=TEXT),
    "Match": object_of(content=TEXT, start_char=WHOLE, end_char=WHOLE),
    "Directory": object_of(
        id=TEXT,
        name=TEXT,
        project_id=TEXT,
        description=TEXT_OR_NULL,
        type={"enum": ["user", "ephemeral", "index"]},
        created_at=TIME,
        updated_at=TIME,
        deleted_at=TIME_OR_NULL,
        expires_at=TIME_OR_NULL,
        system_metadata=nullable(ANY_OBJECT),
        connector_subscription_id=TEXT_OR_NULL,
    ),
    "DirectoryFile": object_of(
        id=TEXT,
        directory_id=TEXT,
        project_id=TEXT,
        display_name=TEXT,
        unique_id=TEXT,
        file_id=TEXT,
        metadata=ANY_OBJECT,
        created_at=TIME,
        updated_at=TIME,
        deleted_at=TIME_OR_NULL,
        download_url=nullable(ANY_OBJECT),
    ),
    "UploadedFile": object_of(
        id=TEXT,
        name=TEXT,
        project_id=TEXT,
        external_file_id=TEXT_OR_NULL,
        file_type=TEXT_OR_NULL,
        purpose=TEXT,
        last_modified_at=TIME,
        expires_at=TIME_OR_NULL,
        download_url=nullable(ANY_OBJECT),
    ),
    "Pipeline": object_of(
        id=TEXT,
        name=TEXT,
        project_id=TEXT,
        pipeline_type=TEXT,
        status=TEXT,
        embedding_config=ANY_OBJECT,
        created_at=TIME,
        updated_at=TIME,
    ),
    "PipelineResults": object_of(
        class_name=TEXT,
        pipeline_id=TEXT,
        retrieval_nodes=list_of(object_of(class_name=TEXT, score=NUMBER_OR_NULL, node=_TEXT_NODE)),
        image_nodes=list_of(ANY_OBJECT),
        page_figure_nodes=list_of(ANY_OBJECT),
        metadata=ANY_OBJECT,
    ),
    "Problem": object_of(detail=TEXT),
    "Invalid": object_of(detail=list_of(object_of(loc=list_of({"anyOf": [TEXT, WHOLE]}), msg=TEXT, type=TEXT))),
}
