"""How the server as a process ends."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.local.server import start, until, until_synced
from tests.local.turn import index_ids
from tui.local.search.patterns import PATTERNS_AT_ONCE, SERVER_ENDS


def test_it_ends_when_stdin_closes(tmp_path: Path, notes: Path) -> None:
    with start([notes], tmp_path / "data") as server:
        assert server.stdout is not None
        assert server.stdin is not None
        assert server.stdout.readline()
        server.stdin.close()
        server.stdin = None
        assert server.wait(timeout=60) in (0, -signal.SIGALRM)  # of a starved process the kernel makes an end


def test_it_ends_when_its_parent_is_killed(tmp_path: Path, notes: Path) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time, pathlib\n"
            "from tests.local.server import start\n"
            "server = start([pathlib.Path(sys.argv[1])], pathlib.Path(sys.argv[2]))\n"
            "print(server.pid, server.stdout.readline(), flush=True)\n"
            "time.sleep(60)",
            str(notes),
            str(tmp_path / "data"),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout is not None
        told = parent.stdout.readline()
        port = int(told.partition("127.0.0.1:")[2].partition('"')[0])
        parent.kill()

    def refuses() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return True
        return False

    until(refuses)


def press_ctrl_c(server: subprocess.Popen[str]) -> None:
    server.send_signal(signal.SIGINT)


def close_stdin(server: subprocess.Popen[str]) -> None:
    assert server.stdin is not None
    server.stdin.close()
    server.stdin = None


@pytest.mark.parametrize("end", [press_ctrl_c, close_stdin])
def test_the_end_waits_for_no_pattern_and_whoever_searches_is_told(
    end: Callable[[subprocess.Popen[str]], None], tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "long.md").write_text("a" * 60 + "!\n")
    with start([notes], tmp_path / "data") as server:
        assert server.stdout is not None
        assert server.stderr is not None
        told = json.loads(server.stdout.readline())
        key = {"Authorization": f"Bearer {told['api_key']}"}
        with httpx.Client(base_url=told["base_url"], headers=key, trust_env=False, timeout=60) as http:
            until_synced(http)
            (index_id,) = index_ids(http).values()
            scope = {"index_id": index_id}
            find = scope | {"file_name": "long.md"}
            (file,) = http.post("/api/v1/retrieval/files/find", json=find).json()["items"]
            endless = scope | {"file_id": file["file_id"], "pattern": "(?:a|aa|a)+$"}
            with ThreadPoolExecutor(2 * PATTERNS_AT_ONCE) as threads:
                asked = [
                    threads.submit(http.post, "/api/v1/retrieval/files/grep", json=endless)
                    for _ in range(2 * PATTERNS_AT_ONCE)
                ]
                until(lambda: len(pattern_workers(server.pid)) == PATTERNS_AT_ONCE)
                end(server)
                answers = [future.result() for future in asked]
        assert server.wait(60) == 0
        assert server.stderr.read() == ""
    assert {answer.status_code for answer in answers} == {422}
    assert all(SERVER_ENDS in answer.text for answer in answers)


def pattern_workers(pid: int) -> list[str]:
    """The processes that search for a pattern, of this server."""
    rows = subprocess.run(["ps", "-A", "-ww", "-o", "ppid=,args="], capture_output=True, text=True, check=True).stdout
    return [row for row in rows.splitlines() if row.split()[0] == str(pid) and "pattern_worker" in row]


# As Linux has its mutexes and locks them.
HUNG = """
import ctypes, socket, time
from starlette.applications import Starlette
from tui.local.runner import run

def hang():
    # For a minute no other thread of Python runs, and no signal ends the wait.
    libc, mutex = ctypes.PyDLL(None), ctypes.create_string_buffer(64)
    libc.pthread_mutex_lock(mutex)
    print("hangs", flush=True)
    libc.pthread_mutex_timedlock(mutex, (ctypes.c_long * 2)(int(time.time()) + 60, 0))
    print("goes on", flush=True)

run(Starlette(), socket.create_server(("127.0.0.1", 0)), hang, until_stdin_closes=True)
"""


def test_one_that_hangs_ends_when_its_parent_is_killed() -> None:
    parent_of = "import subprocess, sys; subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE).wait()"
    command = [sys.executable, "-c", parent_of, sys.executable, "-c", HUNG]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "hangs\n"
        parent.kill()
        assert parent.stdout.read() == ""


TYPED_AT = """
import signal, socket
from starlette.applications import Starlette
from tui.local.runner import run

signal.alarm = lambda seconds: print("ends in", seconds, flush=True)
run(Starlette(), socket.create_server(("127.0.0.1", 0)), lambda: print("ready", flush=True), until_stdin_closes=True)
"""


def test_one_that_something_is_typed_to_goes_on() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", TYPED_AT], stdin=pipe, stdout=pipe, text=True, bufsize=1) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        server.stdin.write("\n")
        assert server.stdout.readline() == "ends in 0\n"
