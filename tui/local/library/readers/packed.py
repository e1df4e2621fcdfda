"""Files that are ZIP archives inside: EPUB, Word, PowerPoint."""

import io
import zipfile

from tui.local.library.documents import UnreadableError

MAX_UNPACKED_BYTES = 200_000_000
"""A packed file that says it is larger than this when unpacked is not opened."""


def open_packed(data: bytes) -> zipfile.ZipFile:
    """A file that is a ZIP archive inside. Raises `UnreadableError`, also where it would unpack to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        raise UnreadableError("it is damaged, or encrypted with a password") from None
    if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
        raise UnreadableError(f"it unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB")
    return archive
