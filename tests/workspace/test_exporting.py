"""Exporting from the app: how the files are written."""

import json
import threading
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import pytest

from tests.api.raw_server import answer, serving
from tests.workspace.cloud import STOP, Cloud, Json, asked, said
from tests.workspace.conftest import Office
from tui.api.client import Client
from tui.api.connection import Connection
from tui.api.models import ImageAttachment
from tui.conversation import past_turns
from tui.conversation.past_turns import PastTurns
from tui.conversation.transcript import Turn
from tui.workspace import exporting
from tui.workspace.exporting import FORMATS, Pictures

TURNS = 40


def found(number: int) -> Json:
    passage = {"content": f"It was {number}.", "metadata": {"file_name": f"{number}.pdf"}}
    return {"type": "tool_result", "call_id": "a", "name": "read", "result": {"results": [passage]}}


@pytest.mark.parametrize("name", FORMATS)
async def test_a_file_is_written_turn_by_turn_off_the_event_loop(
    office: Office, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for number in range(TURNS):
        cloud.events["s1"] += [asked(f"{number}?"), found(number), said(f"It is {number} [1]."), STOP]
    monkeypatch.setattr(past_turns, "KEPT", 1)
    await office.workspace.open("s1")
    done: list[str] = []
    threads: set[int] = set()
    turns, write = PastTurns.__iter__, exporting.write_new_file

    def reading(self: PastTurns) -> Iterator[Turn]:
        for turn in turns(self):
            done.append("turn")
            yield turn

    def writing(path: Path, content: Iterable[str]) -> Path:
        def taken() -> Iterator[str]:
            for piece in content:
                done.append("piece")
                threads.add(threading.get_ident())
                yield piece

        return write(path, taken())

    monkeypatch.setattr(PastTurns, "__iter__", reading)
    monkeypatch.setattr(exporting, "write_new_file", writing)
    path = await office.workspace.exporter.write("s1", "Long", name, tmp_path / "long")
    assert f"{TURNS - 1}.pdf" in path.read_text()
    assert threading.get_ident() not in threads
    assert done.count("piece") > TURNS
    assert all(len(list(run)) == 1 for kind, run in groupby(done) if kind == "turn")


async def test_pictures_are_put_aside_and_those_that_are_refused_are_counted(tmp_path: Path) -> None:
    page, other = ImageAttachment("screenshots/page_3.png", "dfl-1"), ImageAttachment("screenshots/page_4.png", "dfl-1")
    async with serving(answer("200 OK", b"a picture"), answer("403 Forbidden")) as bucket:
        given = json.dumps({"url": f"{bucket.base_url}/page"}).encode()
        async with serving(answer("200 OK", given)) as api:
            client, pictures = Client(Connection(api.base_url)), Pictures(tmp_path / "store")
            why = await pictures.download(client, [page, other])
            await client.aclose()
    assert "did not give the file (403)" in why
    assert (len(pictures), pictures.file(page), pictures.file(other)) == (1, b"a picture", b"")


async def test_of_very_many_pictures_the_first_ones_are_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "MAX_PICTURES", 2)
    pages = [ImageAttachment(f"screenshots/page_{number}.png", "dfl-1") for number in range(4)]
    async with serving(answer("200 OK", b"a picture")) as bucket:
        given = json.dumps({"url": f"{bucket.base_url}/page"}).encode()
        async with serving(answer("200 OK", given)) as api:
            client, pictures = Client(Connection(api.base_url)), Pictures(tmp_path / "store")
            why = await pictures.download(client, pages)
            await client.aclose()
    assert "more than 2" in why
    assert (len(pictures), len(bucket.requests)) == (2, 2)
