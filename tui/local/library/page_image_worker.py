"""The process that draws pages, started by the server for itself: `page_image_worker FILE FIRST LAST`.

It writes the JPEG of each page from FIRST to LAST (from 1) to standard output, each after its length as four bytes,
big-endian. It is a process of its own so that a broken file cannot take the server with it.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from tui.local.library.files import read_bytes
from tui.local.library.process_limits import limit_this_process
from tui.local.library.readers import MAX_BYTES

LONG_SIDE_PIXELS = 1600
"""The longer side of a image in pixels: what is in small print can be read, and it stays below about 500 kB."""
MAX_SCALE = 3.0
JPEG_QUALITY = 80


def draw(data: bytes, first: int, last: int) -> Iterator[bytes]:
    """The JPEG of each page. Raises `pypdfium2.PdfiumError`."""
    from pypdfium2 import PdfDocument

    pdf = PdfDocument(data)
    for number in range(first - 1, last):
        page = pdf.get_page(number)
        scale = min(LONG_SIDE_PIXELS / max(*page.get_size(), 1.0), MAX_SCALE)
        jpeg = io.BytesIO()
        page.render(scale=scale).to_pil().convert("RGB").save(jpeg, "JPEG", quality=JPEG_QUALITY)
        page.close()
        yield jpeg.getvalue()
    pdf.close()


def main() -> None:
    """Draw what the arguments say."""
    limit_this_process()
    path, first, last = sys.argv[1:]
    for jpeg in draw(read_bytes(Path(path), MAX_BYTES), int(first), int(last)):
        sys.stdout.buffer.write(len(jpeg).to_bytes(4, "big") + jpeg)


if __name__ == "__main__":
    main()
