"""What the tools answer, as JSON: for the stream, for the store, and for a language model to read."""

from tui.api.models import ToolCall, ToolResult
from tui.local.agents.tool_output import (
    Extract,
    FindResult,
    GrepResult,
    PageResult,
    ReadResult,
    RetrieveResult,
    ToolFailure,
    ToolOutput,
)
from tui.local.search.result_json import file_json, metadata_json, result_json, screenshot_json


def call_id(number: int) -> str:
    """The id of the n-th call of a turn: nine letters and digits, because Mistral's models take no other."""
    return f"call{number:05}"


def tool_result(call: ToolCall, output: ToolOutput) -> ToolResult:
    """The event that answers a call."""
    image = output.image if isinstance(output, PageResult) else None
    return ToolResult(call.call_id, call.name, output_json(output), image)


def output_json(output: ToolOutput) -> dict[str, object]:
    """A tool's answer as a JSON object."""
    match output:
        case RetrieveResult(passages=passages):
            results = [
                result_json(cited.passage, cited.page_image)
                | {"metadata": metadata_json(cited.passage) | {"citation": cited.citation}}
                for cited in passages
            ]
            return {"results": results}
        case FindResult(files=files, total=total):
            return {"items": [file_json(file) for file in files], "total": total}
        case GrepResult(matches=matches, complete=complete):
            return {"items": [_extract_json(extract) for extract in matches], "complete": complete}
        case ReadResult(extract=extract) | PageResult(extract=extract):
            return _extract_json(extract)
        case ToolFailure(message=message):
            return {"error": message}


def _extract_json(extract: Extract) -> dict[str, object]:
    first, last = extract.pages or (None, None)
    lines = {"first_line": extract.lines[0], "last_line": extract.lines[1]} if extract.lines else {}
    return {
        "citation": extract.citation,
        **file_json(extract.file),
        "content": extract.content,
        "start_char": extract.start,
        "end_char": extract.end,
        "page_range_start": first,
        "page_range_end": last,
        **lines,
        **({"heading": extract.heading} if extract.heading else {}),
        **({"anchor": extract.anchor} if extract.anchor else {}),
        **({"attachments": [screenshot_json(extract.page_image)]} if extract.page_image else {}),
    }
