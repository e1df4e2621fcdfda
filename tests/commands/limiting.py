"""A line to a server that lets not every request through."""

import threading
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx


class Limits(ThreadingHTTPServer):
    """Passes requests on to a server. `refused` are those that it answers itself: "POST /api/v1/indexes" with the
    statuses that its next ones get; `passed` are the others."""

    daemon_threads = True

    def __init__(self, http: httpx.Client) -> None:
        super().__init__(("127.0.0.1", 0), _Line)
        self.http = http
        self.refused: dict[str, list[int]] = {}
        self.passed: Counter[str] = Counter()

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Line(BaseHTTPRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None: ...

    def _pass_on(self) -> None:
        assert isinstance(self.server, Limits)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        named = f"{self.command} {self.path.partition('?')[0]}"
        if waiting := self.server.refused.get(named):
            return self._send(waiting.pop(0), b'{"detail": "slow"}', {"Retry-After": "0"})
        self.server.passed[named] += 1
        headers = {name: self.headers[name] for name in ("Content-Type", "Authorization") if name in self.headers}
        answer = self.server.http.request(self.command, self.path, content=body, headers=headers)
        self._send(answer.status_code, answer.content, {"Content-Type": answer.headers.get("Content-Type", "")})

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        self._pass_on()

    def do_POST(self) -> None:
        self._pass_on()

    def do_DELETE(self) -> None:
        self._pass_on()


@contextmanager
def limited(http: httpx.Client) -> Generator[Limits]:
    """The line, while it is open."""
    with Limits(http) as line:
        thread = threading.Thread(target=line.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield line
        finally:
            line.shutdown()
            thread.join()
