"""The picture of a page in a real terminal, by the means that each has."""

import re
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.local import documents as papers
from tests.real_terminal import RealTerminal

ENTER, ESCAPE, SHIFT_TAB = "\r", "\x1b", "\x1b[Z"
NOT_HERE = ("SSH_CONNECTION", "SSH_TTY", "TMUX", "STY", "KITTY_WINDOW_ID", "TERM_PROGRAM")
SIXEL = {b"\x1b[c": b"\x1b[?62;4;22c"}
PAGES = [["Heron", "This report is about the probe."], ["The Heron probe was launched in March 2031."]]


@contextmanager
def at_evidence(home: Path, answers: dict[bytes, bytes], **variables: str) -> Generator[RealTerminal]:
    """The program, where a passage of the second page is looked at."""
    folder = home / "papers"
    folder.mkdir()
    (folder / "heron.pdf").write_bytes(papers.pdf(PAGES))
    command = [sys.executable, "-m", "tui", "--local", folder]
    environment = {**dict.fromkeys(NOT_HERE, ""), "HOME": str(home), "LLAMACHAT_FULL_REFRESH": "0", **variables}
    with RealTerminal(command, environment=environment, answers=answers) as terminal:
        terminal.wait_for("This machine: papers")
        terminal.send("When was the Heron probe launched?" + ENTER)
        terminal.wait_for(" rounds")
        terminal.send(SHIFT_TAB)
        terminal.wait_for("Fold")
        terminal.send("1")
        terminal.wait_for("p Page")
        yield terminal


def look(terminal: RealTerminal) -> None:
    terminal.send("p")
    terminal.wait_for("The whole page")


def go_back(terminal: RealTerminal) -> bytes:
    """Go back to the evidence; what was written for it."""
    before = len(terminal.received)
    terminal.send(ESCAPE)
    terminal.wait_for("p Page")
    return bytes(terminal.received[before:])


def test_a_plain_terminal_shows_half_blocks_and_says_why(tmp_path: Path) -> None:
    with at_evidence(tmp_path, {}) as terminal:
        look(terminal)
        terminal.wait_for("half blocks: this terminal shows no pictures")
        colours = {cell.background for row in terminal.cells() for cell in row if cell.text == "▀"}
        assert "ffffff" in colours
        go_back(terminal)
        terminal.wait_until(lambda: not any("▀▀▀" in line for line in terminal.lines()))


def test_sixels_lie_where_the_page_is_and_are_written_over_afterwards(tmp_path: Path) -> None:
    with at_evidence(tmp_path, SIXEL) as terminal:
        look(terminal)
        below_title = re.compile(rb"\x1b7\x1b\[2;\d+H\x1bP[^\x1b]*\x1b\\\x1b8")
        terminal.wait_until(lambda: below_title.search(terminal.received))
        assert not any("▀" in line or "half blocks" in line for line in terminal.lines())
        back = go_back(terminal)
        assert b"\x1bP" not in back
        assert back.count(b" " * 20) > 10, "what lies below it is written, although it was blank and is blank"


def test_kitty_is_sent_the_picture_once_and_forgets_it_afterwards(tmp_path: Path) -> None:
    with at_evidence(tmp_path, {}, TERM="xterm-kitty") as terminal:
        look(terminal)
        terminal.wait_until(lambda: "\U0010eeee".encode() in terminal.received)
        assert len(re.findall(rb"\x1b_G[^;]*a=p", terminal.received)) == 1
        back = go_back(terminal)
        assert re.search(rb"\x1b_Ga=d,d=I,i=\d+,q=2\x1b\\", back)
        assert "\U0010eeee".encode() not in back
