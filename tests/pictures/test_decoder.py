"""Pictures that are decoded in the real process."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.pictures.samples import bomb, picture
from tui.pictures import decoder
from tui.pictures.decoder import DIED, SLOW, UNFIT, PictureDecoder
from tui.pictures.drawing import HalfBlocks, KittyPicture, PictureError, SixelPicture
from tui.pictures.viewport import Crop
from tui.process_limits import MAX_MEMORY_BYTES

WHOLE = Crop(0, 0, 300, 400, columns=30, rows=20)
RED, BLUE = (254, 0, 0), (0, 0, 254)


@asynccontextmanager
async def decoding(data: bytes) -> AsyncGenerator[PictureDecoder]:
    opened = await PictureDecoder.decode(data, (10, 20))
    try:
        yield opened
    finally:
        await opened.close()


@pytest.mark.parametrize(("form", "suffix"), [("JPEG", ".jpg"), ("PNG", ".png"), ("WEBP", ".webp")])
async def test_half_blocks_are_the_colours_of_the_picture(form: str, suffix: str) -> None:
    async with decoding(picture(form)) as opened:
        assert (opened.size, opened.suffix) == ((300, 400), suffix)
        drawn = await opened.draw(WHOLE, "half blocks")
        assert isinstance(drawn, HalfBlocks)
        assert tuple(drawn.rgb[:3]) == pytest.approx(RED, abs=16)
        assert tuple(drawn.rgb[-3:]) == pytest.approx(BLUE, abs=16)
        part = await opened.draw(Crop(0, 0, 300, 180, columns=4, rows=2), "half blocks")
        assert isinstance(part, HalfBlocks)
        assert tuple(part.rgb[-3:]) == pytest.approx(RED, abs=16)


async def test_graphics_are_drawn_without_a_terminal_and_one_after_the_other() -> None:
    async with decoding(picture()) as opened:
        for _ in range(2):
            kitty = await opened.draw(WHOLE, "kitty")
            assert isinstance(kitty, KittyPicture)
            assert kitty.transmission.startswith("\x1b_Gi=")
            assert len(kitty.lines) == 20
            sixel = await opened.draw(WHOLE, "sixel")
            assert isinstance(sixel, SixelPicture)
            assert '"1;1;300;400' in sixel.sixels


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "unknown"),
        (b"<html>sign in</html>", "unknown"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unknown"),
        (picture()[:2000], "damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "unknown"),
        (bomb(60_000, 60_000), "large"),
        (bomb(7_000, 7_000), "large"),
        (bomb(500, 500), "damaged"),
    ],
)
async def test_what_is_no_good_picture_gives_one_line(data: bytes, why: str) -> None:
    with pytest.raises(PictureError) as caught:
        await PictureDecoder.decode(data, (10, 20))
    assert str(caught.value) == UNFIT[why]
    assert "\n" not in str(caught.value)


async def test_a_picture_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "DECODING_TIMEOUT", 0.0)
    with pytest.raises(PictureError) as caught:
        await PictureDecoder.decode(picture(), (10, 20))
    assert str(caught.value) == SLOW


async def test_a_decoder_that_is_killed_gives_one_line() -> None:
    async with decoding(picture()) as opened:
        os.kill(opened.process.pid, signal.SIGKILL)
        with pytest.raises(PictureError) as caught:
            await opened.draw(WHOLE, "half blocks")
        assert str(caught.value) == DIED


async def test_more_memory_than_the_limit_is_not_had() -> None:
    hungry = f"""
from tui.process_limits import limit_this_process
limit_this_process()
try:
    bytearray({MAX_MEMORY_BYTES})
except MemoryError:
    print("refused")
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", hungry, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    assert out == b"refused\n"


@pytest.mark.fault(1)
@pytest.mark.parametrize(
    "sent",
    ["", "\x1b]52;c;YQ==\x1b\\", "\x1b_Gi=1;AAAA\x1b\\\x1b[2J", "\x1b_Gi=1,t=f;\x1b[2J\x1b\\", "\x1b_Gi=1;AAAA"],
)
def test_nothing_but_a_picture_reaches_the_terminal(sent: str) -> None:
    with pytest.raises(PictureError):
        KittyPicture(1, 1, sent, "#000000", ("\U0010eeee\u0305\u0305\u0305",))
    with pytest.raises(PictureError):
        SixelPicture(1, 1, sent.replace("\x1b_G", "\x1bPq"))


def test_placeholders_are_nothing_else() -> None:
    good = "\x1b_Gi=7,m=0;AAAA\x1b\\"
    assert (
        KittyPicture(1, 1, good, "#000007", ("\U0010eeee\u0305\u0305\u0305",)).removal == "\x1b_Ga=d,d=I,i=7,q=2\x1b\\"
    )
    for lines in (("abcd",), ("\x1b[2J",), (), ("\U0010eeee\u0305\u0305\u0305",) * 2):
        with pytest.raises(PictureError):
            KittyPicture(1, 1, good, "#000007", lines)


async def test_the_process_that_decodes_cannot_take_the_whole_memory() -> None:
    async with decoding(picture()) as opened:
        soft, _ = resource.prlimit(opened.process.pid, resource.RLIMIT_AS)
        assert 0 < soft <= MAX_MEMORY_BYTES


async def test_a_decoder_whose_answer_has_no_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder, "MAX_ANSWER_BYTES", 4)
    with pytest.raises(PictureError) as caught:
        await PictureDecoder.decode(picture(), (10, 20))
    assert str(caught.value) == DIED


async def test_a_module_in_the_current_folder_is_not_run_in_place_of_the_decoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tui.py").write_text("raise SystemExit('another program')")
    monkeypatch.chdir(tmp_path)
    async with decoding(picture()) as opened:
        assert opened.size == (300, 400)
