"""The app in a terminal that says which background it has: with the first frame, at the next start, and later."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal
from tui.themes.own import DARK, LIGHT

QUESTION = b"\x1b]11;?\x1b\\"
WHITE, BLACK = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:0000/0000/0000\x07"
CTRL_Q = "\x11"
READY = "Trying again in"


@contextmanager
def started(home: Path, background: bytes = b"") -> Generator[RealTerminal]:
    """The command, without a server, in a terminal that says that it has this background."""
    environment = {
        "LLAMACHAT_STATE_DIR": str(home / "state"),
        "LLAMACHAT_CONFIG": str(home / "config.toml"),
        "LLAMA_CLOUD_API_KEY": "llx-background",
    }
    if not (home / "config.toml").exists():  # a frame is of this very file
        (home / "config.toml").touch(0o600)
    command = ("-m", "tui", "--base-url", "http://127.0.0.1:1")
    answers = {QUESTION: background} if background else None
    with in_window(home, *command, environment=environment, answers=answers) as terminal:
        yield terminal
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0


def color_of(terminal: RealTerminal) -> str:
    """The background of the screen."""
    return f"#{terminal.cells()[0][-1].background}"


def is_of(terminal: RealTerminal, color: str | None) -> bool:
    return color_of(terminal) == color


def composer_of(terminal: RealTerminal) -> str:
    """What is written in the composer."""
    top = next(at for at, line in enumerate(terminal.lines()) if line.lstrip("▐│ ").startswith("╭──") and at > 20)
    return terminal.lines()[top + 1].strip("│ ").strip()


def frames(home: Path) -> list[bytes]:
    return [file.read_bytes() for file in (home / "state" / "frames").glob("*") if "." not in file.name]


def test_a_light_background_makes_the_theme_light_and_the_next_start_begins_so(tmp_path: Path) -> None:
    with started(tmp_path, WHITE) as terminal:
        terminal.wait_for(READY)
        terminal.wait_until(lambda: is_of(terminal, LIGHT.background))
        assert terminal.received.count(QUESTION) == 1
        terminal.wait_until(lambda: frames(tmp_path))
        assert "Ask a question" in composer_of(terminal)
        terminal.send_bytes(b"\x1b[?997;1n")
        terminal.wait_until(lambda: terminal.received.count(QUESTION) == 2)
    assert terminal.received.rindex(b"\x1b[?2031l") > terminal.received.rindex(b"\x1b[?2031h")
    assert LIGHT.name.encode() in frames(tmp_path)[0]
    with started(tmp_path, WHITE) as terminal:
        terminal.wait_for(READY)
        terminal.wait_until(lambda: QUESTION in terminal.received)
        terminal.wait_for(READY)
        assert is_of(terminal, LIGHT.background)
        dark = ";".join(str(int(str(DARK.background)[at : at + 2], 16)) for at in (1, 3, 5))
        assert f"48;2;{dark}".encode() not in terminal.received


def test_an_answer_that_comes_late_types_nothing(tmp_path: Path) -> None:
    with started(tmp_path) as terminal:
        terminal.wait_for(READY)
        assert is_of(terminal, DARK.background)
        terminal.send_bytes(WHITE)
        terminal.wait_until(lambda: is_of(terminal, LIGHT.background))
        terminal.send_bytes(BLACK)
        terminal.wait_until(lambda: is_of(terminal, DARK.background))
        assert "Ask a question" in composer_of(terminal)
        terminal.wait_until(lambda: frames(tmp_path))
        terminal.send_bytes(WHITE)
        terminal.wait_until(lambda: is_of(terminal, LIGHT.background))
    assert LIGHT.name.encode() in frames(tmp_path)[0]
