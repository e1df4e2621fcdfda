"""What is known of an index, as text."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from tui.api.models import Index
from tui.conversation.catalogue import age_in_words
from tui.counts import counted


def index_details(index: Index, names: Sequence[str], at: datetime, *, is_complete: bool) -> str:
    """Its state, what was skipped of it and why, what is to be told of documents, and then their names.

    A cloud's index tells less of itself than one of a folder: what it does not tell is left out. `is_complete` is
    whether these are the names of all its documents.
    """
    lines = [f"{label}: {words}" for label, words in _facts(index, at)]
    lines += ["", *_skipped(index)] if index.skipped else []
    if index.remarks:
        lines += ["", "Remarks", *(f"  {file.name}: {file.remark}" for file in index.remarks)]
    count = f"{len(names):,}" if is_complete else f"the first {len(names):,}"
    return "\n".join([*lines, "", f"Documents: {count}", *(f"  {name}" for name in names)]).lstrip("\n")


def size_in_words(size: int) -> str:
    """About how much a number of bytes is."""
    return f"{size / 1_000_000:,.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000))} kB"


def _facts(index: Index, at: datetime) -> Iterator[tuple[str, str]]:
    if index.description and index.description != index.folder:
        yield "About", index.description
    if index.folder:
        yield "Folder", index.folder
    if index.status:
        yield "State", index.status if index.error_message is None else f"{index.status}: {index.error_message}"
    if then := index.last_synced_at:
        yield "Last sync", f"{then.astimezone():%Y-%m-%d %H:%M}, {age_in_words(then, at)}"
    if index.files is not None:
        size = "" if index.size is None else f", {size_in_words(index.size)}"
        yield "Size", f"{counted(index.files, 'document')}{size}"


def _skipped(index: Index) -> Iterator[str]:
    count = max(index.skipped_files or 0, len(index.skipped))
    yield f"Skipped: {count:,}"
    yield from (f"  {file.name}: {file.reason}" for file in index.skipped)
    if count > len(index.skipped):
        yield f"  … and {count - len(index.skipped):,} more"
