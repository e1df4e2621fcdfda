"""The process that decodes a picture and draws parts of it, started by `tui.pictures.decoder`.

Standard input is the length of the picture as four bytes, big-endian, the picture, and then one line of JSON for each
drawing that is wanted. Each is answered on standard output by a head in JSON and a body, both after their lengths. The
first answer has no body: it tells the picture's size, and its form as the end of a file's name.

The library that draws asks the terminal what it can when it is imported, on the standard streams, and writes there past
everything else. Here those streams lead to no terminal; what it writes goes to a file, and is handed on.
"""

import io
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, BinaryIO

from tui.process_limits import limit_this_process

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 40_000_000
"""A page on A3 at 400 dpi has 31 million."""

FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
FEWER_SHADES = [value & 0xF0 | value >> 4 for value in range(256)] * 3
"""Sixteen of each colour, black and white among them: neighbours are alike, and written in one go."""

SIXEL_COLOURS = 32
"""Enough for print and for marks; more make the text that is sent twice as long."""


class _UnfitError(Exception):
    """The picture cannot be decoded. The message is one of those that `tui.pictures.decoder` knows."""


def decoded(data: bytes) -> tuple["Image", str]:
    """The picture on white, and the end of the name of a file in its form."""
    from PIL import Image, UnidentifiedImageError

    try:
        image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
    except UnidentifiedImageError:
        raise _UnfitError("unknown") from None
    except Image.DecompressionBombError:
        raise _UnfitError("large") from None
    suffix = FORMATS[image.format or ""]
    if image.width * image.height > MAX_PIXELS:
        raise _UnfitError("large")
    image.load()
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.new("RGB", over.size, "white")
        image.paste(over, mask=over.getchannel("A"))
    return image.convert("RGB"), suffix


class Drawer:
    """Draws parts of one picture. `written` is the file that the drawing library writes to."""

    def __init__(self, image: "Image", written: BinaryIO) -> None:
        self._image = image
        self._written = written

    def draw(self, wanted: Mapping[str, object]) -> tuple[Mapping[str, object], bytes]:
        """The head and the body for one drawing: see `tui.pictures.decoder`."""
        match wanted:
            case {
                "method": str() as method,
                "box": [int() as left, int() as top, int() as right, int() as bottom],
                "columns": int() as columns,
                "rows": int() as rows,
            }:
                part = self._image.crop((left, top, right, bottom))
                if method == "kitty":
                    return self._kitty(part, columns, rows)
                if method == "sixel":
                    return {}, _sixels(part, columns, rows)
                return {}, part.resize((columns, 2 * rows)).point(FEWER_SHADES).tobytes()
            case _:
                raise _UnfitError("wrong request")

    def _kitty(self, part: "Image", columns: int, rows: int) -> tuple[Mapping[str, object], bytes]:
        from rich.console import Console
        from textual_image.renderable import TGPImage

        console = Console(file=io.StringIO(), width=columns, height=rows)
        segments = [segment for segment in console.render(TGPImage(part, columns, rows)) if segment.text.strip()]
        color = segments[0].style.color if segments and segments[0].style else None
        lines = "\n".join(segment.text.rstrip("\n") for segment in segments)
        return {"colour": color.get_truecolor().hex if color else "", "lines": lines}, self._take_written()

    def _take_written(self) -> bytes:
        descriptor = self._written.fileno()
        written = os.pread(descriptor, os.fstat(descriptor).st_size, 0)
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return written


def _sixels(part: "Image", columns: int, rows: int) -> bytes:
    from rich.console import Console
    from textual_image.renderable import SixelImage
    from textual_image.renderable.sixel import SixelOptions

    console = Console(file=io.StringIO(), width=columns, height=rows)
    image = SixelImage(part, columns, rows, SixelOptions(SIXEL_COLOURS))
    texts = (segment.text for segment in console.render(image))
    return next(text for text in texts if text.startswith("\x1bP")).encode()


def main() -> None:
    """Decode the picture, and draw what is asked for until nobody asks any more."""
    limit_this_process()
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), sys.stdout.fileno())
        try:
            length = int.from_bytes(sys.stdin.buffer.read(4), "big")
            image, suffix = decoded(sys.stdin.buffer.read(length))
            _answer(answers, {"size": image.size, "suffix": suffix})
            drawer = Drawer(image, written)
            for line in sys.stdin.buffer:
                _answer(answers, *drawer.draw(json.loads(line)))
        except _UnfitError as error:
            _answer(answers, {"unfit": str(error)})
        except MemoryError:
            _answer(answers, {"unfit": "large"})
        except (OSError, SyntaxError, ValueError, EOFError, ArithmeticError, LookupError, TypeError):
            _answer(answers, {"unfit": "damaged"})  # what Pillow's decoders raise


def _answer(answers: BinaryIO, head: Mapping[str, object], body: bytes = b"") -> None:
    for part in (json.dumps(head).encode(), body):
        answers.write(len(part).to_bytes(4, "big") + part)
    answers.flush()


if __name__ == "__main__":
    main()
