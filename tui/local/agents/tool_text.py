"""What the tools answer, as text for a language model: numbers, names and what is written, no ids and offsets."""

from tui.local.agents.tool_output import (
    CitedPassage,
    Extract,
    FindResult,
    GrepResult,
    PageResult,
    ReadResult,
    RetrieveResult,
    ToolFailure,
    ToolOutput,
)
from tui.local.library.passages import HEADING_JOIN


def output_text(output: ToolOutput) -> str:
    """A tool's answer. A document is called by its name, which the tools take as `file_id`."""
    match output:
        case RetrieveResult(passages=passages):
            return "\n\n".join(map(passage_text, passages)) or "No passage matches."
        case FindResult(files=files, total=total):
            return "\n".join([*(file.name for file in files), f"({total} in all)"])
        case GrepResult(matches=matches, complete=complete):
            told = [*map(_extract_text, matches), *([] if complete else ["(there may be more)"])]
            return "\n\n".join(told) or "No match."
        case ReadResult(extract=extract) | PageResult(extract=extract):
            return _extract_text(extract)
        case ToolFailure(message=message):
            return f"Error: {message}"


def passage_text(cited: CitedPassage) -> str:
    """A passage with its citation number, its document and headings, and its page."""
    passage = cited.passage
    page = f", page {passage.first_page}" if passage.first_page else ""
    where = HEADING_JOIN.join(filter(None, (passage.file_name, passage.heading)))
    return f"[{cited.citation}] {where}{page}\n{passage.text.strip()}"


def _extract_text(extract: Extract) -> str:
    page = f", page {extract.pages[0]}" if extract.pages else ""
    at = f", characters {extract.start}-{extract.end}"
    return f"[{extract.citation}] {extract.file.name}{page}{at}\n{extract.content.strip()}"
