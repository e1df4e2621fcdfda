"""Calling a command as a shell would."""

import io
from dataclasses import dataclass

import pytest

from tui.commands import run_command


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code, and what it said on standard output and on standard error."""

    code: int
    out: str
    err: str


class Command:
    """Calls commands in this process; standard input is no terminal."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    def __call__(self, name: str, *arguments: str, stdin: str | io.StringIO = "") -> Outcome:
        given = io.TextIOWrapper(io.BytesIO(stdin.encode())) if isinstance(stdin, str) else stdin
        self._monkeypatch.setattr("sys.stdin", given)
        code = run_command(name, arguments)
        out, err = self._capsys.readouterr()
        return Outcome(code, out, err)
