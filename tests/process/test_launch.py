import os
import signal
import stat
import termios
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal, ShownCell

HELD_APP = Path(__file__).with_name("held_app.py")
DRAFT = "half a question"
BEGINS, ENDS = b"\x1b[?1049h", b"\x1b[?1049l"
CTRL_C, CTRL_Q = "\x03", "\x11"
READY = "Trying again in"
COMPOSER, LAST_OF_FRAME = "╭───", "F1 Help"


@contextmanager
def launched(home: Path, end: str = "load", *, columns: int = 120) -> Generator[RealTerminal]:
    """The command, without a server. Its app is loaded once `open_gate` was called, or fails to be (`end`: "fail")."""
    environment = {
        "LLAMACHAT_STATE_DIR": str(home / "state"),
        "LLAMACHAT_CONFIG": str(home / "config.toml"),
        "LLAMA_CLOUD_API_KEY": "llx-launch",
    }
    if not (home / "config.toml").exists():  # a frame is of this very file
        (home / "config.toml").touch(0o600)
    arguments = (str(HELD_APP), str(home / "gate"), end, "--base-url", "http://127.0.0.1:1")
    with in_window(home, *arguments, environment=environment, columns=columns) as terminal:
        yield terminal


def open_gate(home: Path, *, is_open: bool = True) -> None:
    (home / "gate").touch() if is_open else (home / "gate").unlink(missing_ok=True)


def frames(home: Path) -> list[Path]:
    return sorted((home / "state" / "frames").glob("*"))


def quit_app(terminal: RealTerminal) -> None:
    terminal.send(CTRL_Q)
    assert terminal.wait_for_exit() == 0


def kept_at(home: Path) -> list[int]:
    return [file.stat().st_mtime_ns for file in frames(home)]


def text_of(row: list[ShownCell]) -> str:
    return "".join(cell.text for cell in row)


def begin_once(home: Path, typed: str = "") -> list[list[ShownCell]]:
    """Start the command until its frame is kept, type, and quit. The rows before that, but for the one that counts."""
    open_gate(home)
    before = kept_at(home)
    with launched(home) as terminal:
        terminal.wait_for(READY)
        terminal.wait_until(lambda: kept_at(home) != before)
        terminal.send(typed)
        terminal.wait_for(typed)
        rows = terminal.cells()
        quit_app(terminal)
    open_gate(home, is_open=False)
    return [row for row in rows if READY not in text_of(row)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the command was begun once."""
    home = tmp_path_factory.mktemp("home")
    begin_once(home, DRAFT)
    return home


def test_the_frame_of_the_last_start_is_there_before_the_app_and_no_key_is_lost_or_doubled(home: Path) -> None:
    with launched(home) as terminal:
        terminal.wait_for(COMPOSER)
        terminal.send("what is this?")
        open_gate(home)
        terminal.wait_for("what is this?")
        assert terminal.received.count(BEGINS) == 1
        assert sum(line.count("what is this?") for line in terminal.lines()) == 1
        quit_app(terminal)
        assert terminal.received.count(ENDS) == 1
    open_gate(home, is_open=False)


def test_what_has_changed_since_the_last_start_is_drawn_over_it(home: Path) -> None:
    with_draft = begin_once(home)
    assert any(DRAFT in text_of(row) for row in with_draft)
    [frame] = frames(home)
    frame.write_bytes(b"of another time\0" + b"not JSON")
    assert begin_once(home) == with_draft
    frame.unlink()
    assert begin_once(home) == with_draft


def test_only_what_differs_is_written_when_the_app_takes_over(home: Path) -> None:
    with launched(home) as terminal:
        terminal.wait_for(LAST_OF_FRAME)
        frame = len(terminal.received)
        open_gate(home)
        terminal.wait_for(READY)
        assert len(terminal.received) - frame < frame / 4
        quit_app(terminal)
    open_gate(home, is_open=False)


def settings_of(terminal: int) -> list[object]:
    return termios.tcgetattr(terminal)


@pytest.fixture
def untouched() -> Generator[list[object]]:
    """The settings of a terminal that nobody has changed."""
    ends = os.openpty()
    yield settings_of(ends[0])
    for end in ends:
        os.close(end)


def fail_to_load(terminal: RealTerminal, home: Path) -> int:
    open_gate(home)
    return terminal.wait_for_exit()


def press_ctrl_c(terminal: RealTerminal, _: Path) -> int:
    terminal.send(CTRL_C)
    return terminal.wait_for_exit()


def wait_for_end(terminal: RealTerminal, _: Path) -> int:
    return terminal.wait_for_exit()


def terminate(terminal: RealTerminal, _: Path) -> int:
    terminal.process.send_signal(signal.SIGTERM)
    return terminal.wait_for_exit()


@pytest.mark.fault(45)
@pytest.mark.parametrize(
    ("loads", "end", "code"),
    [
        ("fail", fail_to_load, 1),
        ("load", press_ctrl_c, 130),
        ("deaf", press_ctrl_c, 130),
        ("load", terminate, 143),
        ("ended", wait_for_end, 143),
    ],
)
def test_whatever_ends_it_before_the_app_is_there_the_terminal_is_as_it_was(
    home: Path, untouched: list[object], loads: str, end: Callable[[RealTerminal, Path], int], code: int
) -> None:
    with launched(home, loads) as terminal:
        if loads != "ended":
            terminal.wait_for(LAST_OF_FRAME)
            assert settings_of(terminal.descriptor) != untouched
        assert end(terminal, home) == code
        assert settings_of(terminal.descriptor) == untouched
        assert terminal.received.rfind(ENDS) > terminal.received.rfind(BEGINS) >= 0
        assert terminal.received.rfind(b"\x1b[?25h") > terminal.received.rfind(b"\x1b[?25l")
        assert (b"Traceback" in terminal.received[terminal.received.rfind(ENDS) :]) == (end is fail_to_load)
        assert b"Traceback" not in terminal.received[: terminal.received.rfind(ENDS)]
    open_gate(home, is_open=False)


def other_size(_: Path) -> int:
    return 80


def readable_by_others(home: Path) -> int:
    for file in frames(home):
        file.chmod(0o644)
    return 120


def linked(home: Path) -> int:
    for file in frames(home):
        file.symlink_to(file.rename(home / file.name))
    return 120


def other_settings(home: Path) -> int:
    (home / "config.toml").write_text("keep = false\n")
    return 120


@pytest.mark.parametrize("change", [other_size, readable_by_others, linked, other_settings])
def test_no_frame_is_shown_but_the_users_own_of_such_a_start(home: Path, change: Callable[[Path], int]) -> None:
    (home / "config.toml").unlink(missing_ok=True)
    begin_once(home)
    columns = change(home)
    open_gate(home)
    with launched(home, "fail", columns=columns) as terminal:
        assert terminal.wait_for_exit() == 1
        assert BEGINS not in terminal.received
    for file in frames(home):
        file.unlink()


def test_settings_that_the_app_refuses_are_told_on_the_terminal_as_it_was(home: Path) -> None:
    (home / "config.toml").unlink(missing_ok=True)
    begin_once(home)
    with launched(home) as terminal:
        terminal.wait_for(COMPOSER)
        (home / "config.toml").write_text("colour = 'red'\n")
        open_gate(home)
        assert terminal.wait_for_exit() == 2
        assert b"unknown setting 'colour'" in terminal.received[terminal.received.rfind(ENDS) :]


@pytest.mark.fault(64)
def test_a_frame_is_for_its_owner_alone_and_kept_only_where_sessions_are(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        begin_once(tmp_path)
    finally:
        os.umask(before)
    [frame] = frames(tmp_path)
    assert stat.S_IMODE(frame.stat().st_mode) == 0o600
    assert stat.S_IMODE(frame.parent.stat().st_mode) == 0o700
