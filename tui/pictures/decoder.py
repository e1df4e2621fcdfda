"""Decoding a picture in a process of its own, which has limits and can be killed (`tui.pictures.worker`)."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Self, cast

from tui.pictures.drawing import Drawing, HalfBlocks, KittyPicture, PictureError, SixelPicture
from tui.pictures.viewport import Crop, Size
from tui.terminal.graphics import Method

DECODING_TIMEOUT = 15.0
"""Seconds for decoding the picture, and for each drawing of it."""

MAX_ANSWER_BYTES = 32_000_000

UNFIT: Mapping[str, str] = {
    "unknown": "This is no picture in a form that is known here: JPEG, PNG or WebP.",
    "large": "The picture has too many pixels to be decoded safely, so it is not shown.",
    "damaged": "The picture is damaged, or did not come whole: it cannot be shown.",
}
SLOW = f"The picture took longer than {DECODING_TIMEOUT:.0f} s to decode: it is huge, or made to do harm."
DIED = "Decoding the picture went beyond the limits that are set for it: it is huge, or made to do harm."


class PictureDecoder:
    """A picture that is being looked at: `data` as it came, its `size` in pixels, and parts of it drawn.

    It holds a process until it is closed. All methods raise `PictureError`.
    """

    def __init__(self, data: bytes, process: asyncio.subprocess.Process) -> None:
        self.data = data
        self.process = process
        self.size: Size = (1, 1)
        self.suffix = ""
        """The end of the name of a file in the picture's form."""

    @classmethod
    async def decode(cls, data: bytes, cell: Size) -> Self:
        """Decode a picture for a terminal whose cells have this size in pixels."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "tui.pictures.worker"),
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "TEXTUAL_CELL_WIDTH": str(cell[0]), "TEXTUAL_CELL_HEIGHT": str(cell[1])},
        )
        decoder = cls(data, process)
        head, _ = await decoder._ask(len(data).to_bytes(4, "big") + data)
        match head:
            case {"size": [int() as width, int() as height], "suffix": str() as suffix} if min(width, height) > 0:
                decoder.size, decoder.suffix = (width, height), suffix
                return decoder
            case _:
                await decoder.close()
                raise PictureError(UNFIT["damaged"])

    async def draw(self, crop: Crop, method: Method) -> Drawing:
        """A part of the picture. One at a time: a drawing that is not awaited to its end ends the decoder."""
        wanted = {"method": method, "box": crop[:4], "columns": crop.columns, "rows": crop.rows}
        head, body = await self._ask(json.dumps(wanted).encode() + b"\n")
        match method, head:
            case "half blocks", _:
                return HalfBlocks(crop.columns, crop.rows, body)
            case "sixel", _:
                return SixelPicture(crop.columns, crop.rows, body.decode("ascii", "replace"))
            case "kitty", {"colour": str() as colour, "lines": str() as lines}:
                sent = body.decode("ascii", "replace")
                return KittyPicture(crop.columns, crop.rows, sent, colour, tuple(lines.split("\n")))
            case _:
                raise PictureError(UNFIT["damaged"])

    async def close(self) -> None:
        """End the process."""
        with suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()

    async def _ask(self, request: bytes) -> tuple[Mapping[str, object], bytes]:
        assert self.process.stdin
        try:
            async with asyncio.timeout(DECODING_TIMEOUT):
                with suppress(BrokenPipeError, ConnectionResetError):  # it may have answered already
                    self.process.stdin.write(request)
                    await self.process.stdin.drain()
                head, body = await self._read(), await self._read()
            answer: object = json.loads(head)
        except BaseException as error:
            await self.close()
            match error:
                case TimeoutError():
                    raise PictureError(SLOW) from error
                case asyncio.IncompleteReadError() | ValueError() | RecursionError():
                    raise PictureError(DIED) from error
                case _:
                    raise
        if not isinstance(answer, dict):
            raise PictureError(DIED)
        told = cast(Mapping[str, object], answer)
        if (unfit := told.get("unfit")) is not None:
            await self.close()
            raise PictureError(UNFIT.get(str(unfit), UNFIT["damaged"]))
        return told, body

    async def _read(self) -> bytes:
        assert self.process.stdout
        length = int.from_bytes(await self.process.stdout.readexactly(4), "big")
        if length > MAX_ANSWER_BYTES:
            raise ValueError
        return await self.process.stdout.readexactly(length)
