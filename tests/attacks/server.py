"""A server of the chat API on loopback whose answers are those of an attack, sent as fast as they are taken.

It is a process of its own, behind all others: in life it is another machine, which takes no time from the program and
from whoever presses its keys.
"""

import json
import multiprocessing
import os
import re
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.synchronize import Event
from typing import NamedTuple

from tests.attacks.bodies import Body, body, event, streamed

_SESSION_PATH = re.compile(r"/api/v1/chat/ses-1(\?.*)?")
SESSION = {
    "session_id": "ses-1",
    "generated_title": "Under attack",
    "last_updated_at": "2026-01-01T00:00:00Z",
    "index_ids": ["idx-1"],
}
STOP: dict[str, object] = {"type": "stop", "is_error": False, "usage": {}}
FIRST_TURN: list[dict[str, object]] = [
    {"type": "user_input", "content": "Who?"},
    {"type": "text", "content": "Ada."},
    STOP,
]
INDEXES = body({"items": [{"id": "idx-1", "name": "notes"}]})
LIST = body({"items": [SESSION]})
KNOWN = body({**SESSION, "events": FIRST_TURN})
CREATED = body(SESSION)
TURN = streamed(lambda: [event({"type": "text", "content": "Bo."}), event(STOP)])


@dataclass(frozen=True)
class Answers:
    """What is answered to each kind of request. `after` is the session once a question was asked in it."""

    sessions: Body = LIST
    indexes: Body = INDEXES
    session: Body = KNOWN
    created: Body = CREATED
    turn: Body = TURN
    after: Body | None = None


class Gates(NamedTuple):
    """What the caller sets to have the server answer: all that is asked at the start, and what a session holds."""

    start: Event
    session: Event


_FORKED = multiprocessing.get_context("fork")
"""How the server gets the answers of an attack, whose bodies are functions."""

_NICENESS = 10


class _Attacker(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answers: Answers) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = answers
        self.gates = Gates(_FORKED.Event(), _FORKED.Event())
        self.prompts: list[str] = []

    def answer_to(self, method: str, path: str) -> Body:
        answers = self.answers
        match method, path.partition("?")[0].removeprefix("/api/v1/").split("/"):
            case "GET", ["indexes"]:
                return answers.indexes
            case "GET", ["chat"]:
                return answers.sessions
            case "POST", ["chat"]:
                return answers.created
            case "POST", ["chat", _, "messages", "stream"]:
                return answers.turn
            case "GET", ["chat", _]:
                return answers.after if answers.after and self.prompts else answers.session
            case _:
                return body(SESSION)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _attacker(self) -> _Attacker:
        assert isinstance(self.server, _Attacker)
        return self.server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if "prompt" in asked:
            self._attacker.prompts.append(asked["prompt"])
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        gates = self._attacker.gates
        (gates.session if _SESSION_PATH.fullmatch(self.path) and self.command == "GET" else gates.start).wait()
        answer = self._attacker.answer_to(self.command, self.path)
        self.send_response(answer.status)
        for name, value in {"Content-Type": "application/json", **answer.headers, "Connection": "close"}.items():
            self.send_header(name, value)
        with suppress(ConnectionError):  # the program hangs up when it has enough
            self.end_headers()
            for piece in answer.pieces():
                self.wfile.write(piece)

    def send_response(self, code: int, message: str | None = None) -> None:
        """Without a note on standard error, which is the user's terminal."""
        self.send_response_only(code, message)


@contextmanager
def attacking(answers: Answers) -> Generator[tuple[str, Gates]]:
    """The server's address, while it runs beside the caller, and its gates, which are closed."""
    server = _Attacker(answers)
    process = _FORKED.Process(target=_serve, args=(server,), daemon=True)
    process.start()
    server.server_close()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", server.gates
    finally:
        process.kill()
        process.join()


def _serve(server: _Attacker) -> None:
    os.nice(_NICENESS)
    server.serve_forever(poll_interval=0.05)
