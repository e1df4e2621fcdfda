"""The screen is the same, cell by cell, whether frames are written as differences or whole."""

import shutil
import subprocess
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.real_terminal import RealTerminal
from tests.terminal.probe_app import command, environment, probe

NEXT_STEP = "\x0e"

SCRIPT = [
    "delta Hello *bold* _link_ world, ",
    "delta 漢字と仮名 mixed in, ",
    "delta e\u0301 combined, ",
    "select 5",
    *[f"delta \n{'line of prose ' * (number % 6 + 1)}{number} 字" for number in range(45)],
    "type abc 漢字",
    "dialog",
    "delta \nbehind the dialog",
    "size 100 30",
    "delta \nafter a resize",
    "close",
    "theme textual-light",
    "back 7",
    "back -3",
    "back 30",
    "size 130 40",
    "back -100",
    "select 40",
    "dialog",
    "theme nord",
    "close",
    "redraw",
    *[f"delta \nmore {number} *and* more" for number in range(8)],
]

SETTLE = ["close", "theme textual-dark", "back 0"]
"""Textual redraws what changed behind a dialog late or never; after this everything has been drawn anew."""

steps = st.one_of(
    st.builds("delta {}".format, st.text(st.sampled_from("ab *_漢字é\n"), min_size=1, max_size=90)),
    st.builds("back {}".format, st.integers(-20, 20)),
    st.builds("type {}".format, st.sampled_from(["a", "字", "some words"])),
    st.builds("select {}".format, st.integers(0, 59)),
    st.builds("theme {}".format, st.sampled_from(["textual-light", "nord", "gruvbox"])),
    st.builds("size {} {}".format, st.integers(60, 130), st.just(33)),
    st.sampled_from(["dialog", "close", "redraw"]),
)


@contextmanager
def played(script: list[str], full_refresh: bool) -> Generator[RealTerminal]:
    with probe(script, full_refresh=full_refresh) as terminal:
        terminal.wait_until(lambda: terminal.title == "done 0 at 120")
        for done, step in enumerate(script, 1):
            word, *size = step.split(" ")
            if word == "size":
                terminal.resize(int(size[0]), int(size[1]))
            terminal.send(NEXT_STEP)
            reached = f"done {done} at {terminal.columns}"
            terminal.wait_until(lambda reached=reached: terminal.title == reached)
        yield terminal


def assert_same_screen(script: list[str]) -> None:
    with played(script, full_refresh=True) as whole, played(script, full_refresh=False) as differing:
        with suppress(AssertionError):
            differing.wait_until(lambda: whole.read(0.05) == b"" and differing.cells() == whole.cells(), 5)
        assert differing.lines() == whole.lines()
        assert differing.cells() == whole.cells()
        assert len(differing.received) < len(whole.received)


def test_a_day_of_use_looks_the_same() -> None:
    assert_same_screen(SCRIPT)


@settings(
    deadline=None,
    max_examples=4,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
)
@given(st.lists(steps, min_size=10, max_size=40))
def test_any_use_looks_the_same(script: list[str]) -> None:
    assert_same_screen([*script, *SETTLE])


class Tmux:
    """A real terminal emulator without a window."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("tmux")
        assert program, "this test needs tmux: install it (on Debian and Ubuntu: apt install tmux)"
        settings = folder / "tmux.conf"
        settings.write_text("set -g status off\nset -g default-size 120x36\n")
        self._tmux = [program, "-f", str(settings), "-S", str(folder / "socket")]

    def __call__(self, *arguments: str) -> str:
        return subprocess.run([*self._tmux, *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    tmux = Tmux(tmp_path)
    yield tmux
    with suppress(subprocess.CalledProcessError):
        tmux("kill-server")


def wait_for(reached: str, tmux: Tmux, session: str) -> None:
    end = time.monotonic() + 20
    while tmux("display-message", "-p", "-t", session, "#{pane_title}").strip() != reached:
        assert time.monotonic() < end, (
            f"{reached} "
            + tmux("display-message", "-p", "-t", session, "#{pane_title} #{pane_width} #{pane_height}")
            + tmux("capture-pane", "-p", "-t", session)
        )


def test_it_looks_the_same_in_tmux(tmux: Tmux) -> None:
    for session, full_refresh in (("whole", True), ("differing", False)):
        start = [
            "env",
            "-u",
            "COLUMNS",
            "-u",
            "LINES",
            *(f"{name}={value}" for name, value in environment(full_refresh=full_refresh).items()),
            "COLORTERM=truecolor",
            *command(SCRIPT),
        ]
        tmux("new-session", "-d", "-s", session, "-x", "120", "-y", "36", *start)
        columns = "120"
        wait_for("done 0 at 120", tmux, session)
        for done, step in enumerate(SCRIPT, 1):
            word, *size = step.split(" ")
            if word == "size":
                columns = size[0]
                tmux("resize-window", "-t", session, "-x", columns, "-y", size[1])
            tmux("send-keys", "-t", session, "C-n")
            wait_for(f"done {done} at {columns}", tmux, session)
    end = time.monotonic() + 5
    captures = [["capture-pane", "-p", "-e", "-N", "-t", session] for session in ("whole", "differing")]
    while tmux(*captures[0]) != tmux(*captures[1]) and time.monotonic() < end:
        pass
    assert tmux(*captures[0]) == tmux(*captures[1])
