"""The progress line of `serve` on a real terminal."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tui.local.progress import bar


@pytest.mark.parametrize(("done", "total", "filled"), [(0, 0, 0), (0, 7, 0), (7, 14, 12), (14, 14, 24)])
def test_the_bar_grows_with_what_is_done(done: int, total: int, filled: int) -> None:
    line = bar("notes", done, total, 100)
    assert line.count("#") == filled
    assert line.endswith(f"{done} of {total} files")


def test_the_line_never_wraps() -> None:
    assert len(bar("a folder with a long name" * 9, 1, 10_000, 79)) == 79


def test_the_command_line_shows_progress_and_takes_it_away(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(800):
        (folder / f"{n}.md").write_text("# Note\n\n" + "some words here.\n\n" * 50)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tui.local.cli", str(folder)]
    environment = {**os.environ, "LLAMACHAT_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "80"}
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    try:
        shown = b""
        while not shown.endswith(b"\r\x1b[K"):
            shown += os.read(ours, 4096)
        assert b"of 800 files" in shown
        assert b"Serving many" in shown
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        os.close(ours)


def test_ctrl_c_while_indexing_ends_it_without_a_word_and_leaves_the_prompt_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for n in range(800):
        (folder / f"{n}.md").write_text("# Note\n\n" + "some words here.\n\n" * 50)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tui.local.cli", str(folder)]
    environment = {**os.environ, "LLAMACHAT_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "80"}
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    try:
        shown = b""
        while b"of 800 files" not in shown:
            shown += os.read(ours, 4096)
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does: to all that it runs
        assert process.wait(timeout=60) == 0
        os.set_blocking(ours, False)
        while b"\r\x1b[K" not in shown[-4:]:
            shown += os.read(ours, 4096)
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        os.close(theirs)
    assert b"Traceback" not in shown
    assert shown.endswith(b"\r\x1b[K")
