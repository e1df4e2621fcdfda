"""What a search finds, in the shapes of the API (reference pages "Retrieve" and "Find" of Retrieval)."""

from dataclasses import asdict

from tui.api.models import ImageAttachment
from tui.local.library.passages import Passage
from tui.local.library.stored_documents import FileRef


def result_json(passage: Passage, page_image: ImageAttachment | None) -> dict[str, object]:
    """A passage as one of the `results` of a search, with the image of its first page."""
    return {
        "content": passage.text,
        "score": passage.score,
        "metadata": metadata_json(passage),
        "static_fields": {
            "parsed_directory_file_id": passage.file_id,
            "chunk_index": passage.number,
            "chunk_start_char": passage.start_char,
            "chunk_end_char": passage.end_char,
            "page_range_start": passage.first_page,
            "page_range_end": passage.last_page,
            "attachments": [screenshot_json(page_image)] if page_image else [],
        },
    }


def screenshot_json(page_image: ImageAttachment) -> dict[str, object]:
    """The image of a page as one of the `attachments` of a result."""
    return {**asdict(page_image), "type": "screenshot"}


def metadata_json(passage: Passage) -> dict[str, object]:
    """The `metadata` of a result, which custom filters look at."""
    return {
        "file_name": passage.file_name,
        "heading": passage.heading,
        "index_id": passage.index_id,
        **lines_json(passage),
        **({"anchor": passage.anchor} if passage.anchor else {}),
    }


def lines_json(passage: Passage) -> dict[str, object]:
    """The first and the last line of a passage, where its file has lines to look up."""
    if passage.first_line is None:
        return {}
    return {"first_line": passage.first_line, "last_line": passage.first_line + passage.text.rstrip().count("\n")}


def file_json(file: FileRef) -> dict[str, object]:
    """A document as one of the `items` of a search for files."""
    return {"file_id": file.file_id, "file_name": file.name}
