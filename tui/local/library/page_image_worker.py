"""The process that draws pages, started by the server for itself: `page_image_worker FILE FIRST LAST`.

Standard input is a passage, whose lines it marks where they stand on these pages; or empty. It writes the JPEG of each
page from FIRST to LAST (from 1) to standard output, each after its length as four bytes, big-endian. It is a process of
its own so that a broken file cannot take the server with it.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.local.library.files import read_bytes
from tui.local.library.page_marks import mark
from tui.local.library.readers import MAX_BYTES
from tui.process_limits import limit_this_process

if TYPE_CHECKING:
    from PIL.Image import Image

LONG_SIDE_PIXELS = 1600
"""The longer side of a image in pixels: what is in small print can be read, and it stays below about 500 kB."""
MAX_SCALE = 3.0
JPEG_QUALITY = 80


def draw(data: bytes, first: int, last: int, passage: str = "") -> Iterator[bytes]:
    """The JPEG of each page, with the passage marked. Raises `pypdfium2.PdfiumError`."""
    from pypdfium2 import PdfDocument

    pdf = PdfDocument(data)
    for number in range(first - 1, last):
        page: Any = pdf.get_page(number)  # what it renders has no type in its annotations
        scale = min(LONG_SIDE_PIXELS / max(*page.get_size(), 1.0), MAX_SCALE)
        bitmap = page.render(scale=scale)
        image: Image = bitmap.to_pil().convert("RGB")
        if passage:
            image = mark(image, page, bitmap.get_posconv(page), passage)
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=JPEG_QUALITY)
        page.close()
        yield jpeg.getvalue()
    pdf.close()


def main() -> None:
    """Draw what the arguments say."""
    limit_this_process()
    path, first, last = sys.argv[1:]
    passage = sys.stdin.buffer.read().decode()
    for jpeg in draw(read_bytes(Path(path), MAX_BYTES), int(first), int(last), passage):
        sys.stdout.buffer.write(len(jpeg).to_bytes(4, "big") + jpeg)


if __name__ == "__main__":
    main()
