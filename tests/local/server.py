"""A real `llamachat-tui serve` process for tests, on loopback, with a data folder of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.local.forked import ForkedServer, forked_server


def until(fact: Callable[[], bool], seconds: float = 60) -> None:
    """Waits until something is so."""
    deadline = time.monotonic() + seconds
    while not fact():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach the server, and its process."""

    base_url: str
    api_key: str
    process: ForkedServer


def start(folders: Sequence[Path], data_dir: Path, *options: str) -> subprocess.Popen[str]:
    """Starts the server as a child that ends when its stdin closes."""
    command = [sys.executable, "-m", "tui.local.cli", *_arguments(folders, options)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=_environment(data_dir))


def _arguments(folders: Sequence[Path], options: Sequence[str]) -> Sequence[str]:
    return "--json", "--until-stdin-closes", *options, *map(str, folders)


def _environment(data_dir: Path) -> dict[str, str]:
    environment = {**os.environ, "LLAMACHAT_DATA_DIR": str(data_dir)}
    environment.pop("LLAMACHAT_SERVE_KEY", None)
    return environment


def connected(connection: Connection) -> httpx.Client:
    """An HTTP client of the server, with its key."""
    headers = {"Authorization": f"Bearer {connection.api_key}"}
    return httpx.Client(base_url=connection.base_url, headers=headers, trust_env=False, timeout=20)


def until_synced(http: httpx.Client) -> None:
    """Waits until every index has been read once."""
    until(
        lambda: all(
            item["metadata"]["status"] not in ("syncing", "waiting")
            for item in http.get("/api/v1/indexes").json()["items"]
        )
    )


@contextmanager
def synced_server(folders: Sequence[Path], data_dir: Path, *options: str) -> Generator[Connection]:
    """`running_server`, with all that is in the folders read."""
    with running_server(folders, data_dir, *options) as connection:
        with connected(connection) as http:
            until_synced(http)
        yield connection


@contextmanager
def running_server(folders: Sequence[Path], data_dir: Path, *options: str) -> Generator[Connection]:
    """The server over these folders (none: the manual), ready for requests; it begins to read them."""
    with forked_server(_arguments(folders, options), _environment(data_dir)) as process:
        line = process.stdout.readline()
        if not line:
            process.stderr.seek(0)
            raise AssertionError(process.stderr.read())
        told = json.loads(line)
        yield Connection(told["base_url"], told["api_key"], process)
