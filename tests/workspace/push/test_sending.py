"""Sending over the real server's routes, with a line in between that does what lines and servers do."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from tests.local.server import Connection as Server
from tests.local.server import running_server
from tui.api.connection import Connection
from tui.api.directories import DirectoryClient
from tui.api.errors import KeyRefusedError
from tui.workspace.push.files import LocalFile, files_in
from tui.workspace.push.plan import planned
from tui.workspace.push.sending import NotTaken, Outcome, Sender, Taken

Fault = Callable[[], httpx.Response | Exception]


class Line(httpx.AsyncHTTPTransport):
    """The way to the server. `faults` of a file's name come in place of the answers to its first uploads.

    Of the files with faults, `sent` counts the uploads that came so far, and `taken` those that the server took.
    """

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[str, list[Fault]] = {}
        self.sent: Counter[str] = Counter()
        self.taken: Counter[str] = Counter()
        self.is_lost_after = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/files/upload"):
            return await super().handle_async_request(request)
        body = await request.aread()
        name = next((name for name in self.faults if f'filename="{name}"'.encode() in body), "")
        self.sent[name] += 1
        fault = self.faults[name].pop(0)() if self.faults.get(name) else None
        if fault is None or self.is_lost_after:
            answer = await super().handle_async_request(request)
            self.taken[name] += answer.is_success
            if fault is None:
                return answer
            await answer.aread()
            await answer.aclose()
        if isinstance(fault, Exception):
            raise fault
        assert fault is not None
        return fault


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Server]:
    with running_server([], tmp_path_factory.mktemp("data")) as connection:
        yield connection


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
async def client(server: Server, line: Line) -> AsyncGenerator[DirectoryClient]:
    made = DirectoryClient(Connection(server.base_url, SecretStr(server.api_key), key_source="a test"), transport=line)
    yield made
    await made.aclose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(6):
        (tmp_path / f"{number}.md").write_text(f"# Number {number}")
    return tmp_path


async def pushed(client: DirectoryClient, folder: Path, directory_id: str, waits: list[float]) -> list[Outcome]:
    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    local = [file for file in files_in(folder) if isinstance(file, LocalFile)]
    plan = planned(local, await client.source_files(directory_id))
    return [outcome async for outcome in Sender(client, directory_id, sleep).send(plan.to_send)]


async def names(client: DirectoryClient, directory_id: str) -> list[str]:
    return sorted(file.display_name for file in await client.source_files(directory_id))


async def test_what_changed_is_sent_and_takes_the_place_of_what_was(
    client: DirectoryClient, folder: Path, waits: list[float]
) -> None:
    directory_id = (await client.create_directory("changes")).id
    assert len(await pushed(client, folder, directory_id, waits)) == 6
    before = {file.display_name: file.id for file in await client.source_files(directory_id)}
    (folder / "3.md").write_text("# Three")
    (outcome,) = await pushed(client, folder, directory_id, waits)
    assert isinstance(outcome, Taken)
    after = {file.display_name: file.id for file in await client.source_files(directory_id)}
    assert {name for name in before if before[name] != after[name]} == {"3.md"}
    assert await pushed(client, folder, directory_id, waits) == []


async def test_a_line_that_breaks_before_the_server_has_the_file(
    client: DirectoryClient, line: Line, folder: Path, waits: list[float]
) -> None:
    directory_id = (await client.create_directory("broken")).id
    line.faults["2.md"] = [lambda: httpx.ReadError("cut")] * 2
    assert all(isinstance(outcome, Taken) for outcome in await pushed(client, folder, directory_id, waits))
    assert await names(client, directory_id) == [f"{number}.md" for number in range(6)]
    assert len(waits) == 2


async def test_a_file_whose_answer_was_lost_is_not_sent_again(
    client: DirectoryClient, line: Line, folder: Path, waits: list[float]
) -> None:
    directory_id = (await client.create_directory("lost")).id
    line.is_lost_after = True
    line.faults["2.md"] = [lambda: httpx.ReadError("cut")]
    assert all(isinstance(outcome, Taken) for outcome in await pushed(client, folder, directory_id, waits))
    assert (line.sent["2.md"], line.taken["2.md"]) == (1, 1)
    assert await names(client, directory_id) == [f"{number}.md" for number in range(6)]


async def test_the_wait_that_the_server_asks_for_is_kept(
    client: DirectoryClient, line: Line, folder: Path, waits: list[float]
) -> None:
    directory_id = (await client.create_directory("limited")).id
    limit = {"Retry-After": "7"}
    line.faults["0.md"] = [lambda: httpx.Response(429, headers=limit, json={"detail": "slow down"})] * 5
    assert all(isinstance(outcome, Taken) for outcome in await pushed(client, folder, directory_id, waits))
    assert len(waits) == 5
    assert all(7 <= wait < 10 for wait in waits)


async def test_a_file_that_is_refused_is_named_and_the_others_go_on(
    client: DirectoryClient, line: Line, folder: Path, waits: list[float]
) -> None:
    directory_id = (await client.create_directory("refused")).id
    line.faults["1.md"] = [lambda: httpx.Response(413, json={"detail": "too large for the plan"})]
    line.faults["4.md"] = [lambda: httpx.Response(503)] * 9
    outcomes = await pushed(client, folder, directory_id, waits)
    refused = {outcome.file.name: outcome.why for outcome in outcomes if isinstance(outcome, NotTaken)}
    assert refused.keys() == {"1.md", "4.md"}
    assert "too large for the plan" in refused["1.md"]
    assert await names(client, directory_id) == ["0.md", "2.md", "3.md", "5.md"]


async def test_a_key_that_is_refused_ends_it(
    client: DirectoryClient, line: Line, folder: Path, waits: list[float]
) -> None:
    directory_id = (await client.create_directory("no key")).id
    line.faults["0.md"] = [lambda: httpx.Response(401, json={"detail": "no"})]
    with pytest.raises(KeyRefusedError):
        await pushed(client, folder, directory_id, waits)


async def test_a_file_that_goes_away_meanwhile_is_named(client: DirectoryClient, folder: Path) -> None:
    directory_id = (await client.create_directory("gone")).id
    local = [file for file in files_in(folder) if isinstance(file, LocalFile)]
    (folder / "5.md").unlink()
    outcomes = [outcome async for outcome in Sender(client, directory_id).send(planned(local, []).to_send)]
    assert [outcome.file.name for outcome in outcomes if isinstance(outcome, NotTaken)] == ["5.md"]
