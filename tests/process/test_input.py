import random
import time
from collections.abc import Generator

import pytest

from tests.process.windows import in_window
from tests.real_terminal import RealTerminal

CTRL_C, CTRL_Q = "\x03", "\x11"


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Generator[RealTerminal]:
    """One app for all of it: whatever it was sent before, it must go on."""
    with in_window(tmp_path_factory.mktemp("home"), "-m", "tui", "--local") as terminal:
        terminal.wait_for("This machine: the manual")
        yield terminal


def still_answers(terminal: RealTerminal, word: str) -> None:
    """The composer takes a word, and lets it go."""
    terminal.send(word)
    terminal.wait_for(word)
    terminal.send(CTRL_C)
    terminal.wait_until(lambda: not any(word in line for line in terminal.lines()))


@pytest.mark.fault(51)
@pytest.mark.parametrize(
    "sent",
    [
        b"\xff\xe9\x80",
        b"\x1b[48;99999;99999;0;0t",
        b"\x1b[48;0;0;0;0t\x1b[<0;60;35M\x1b[<0;60;35m",
        b"\x1b[99999999999999u",
        b"\x1b[97:65;2u\x1b[97:::;5u",
        b"\x1b[" + b"1;" * 3000 + b"m",
        b"\x1b[" + b"1;" * 3000,
    ],
    ids=["bytes that are no text", "huge size", "no size", "huge key", "key", "long sequence", "endless sequence"],
)
def test_no_input_ends_or_freezes_the_app(terminal: RealTerminal, sent: bytes) -> None:
    terminal.send_bytes(sent)
    terminal.send("m")  # a letter: it ends a sequence that has no end yet
    still_answers(terminal, "word")


@pytest.mark.fault(51)
def test_a_paste_that_does_not_end_gives_the_keyboard_back(terminal: RealTerminal) -> None:
    terminal.send("\x1b[200~pasted and then cut")
    quiet_until = time.monotonic() + 2.2
    terminal.wait_until(lambda: time.monotonic() > quiet_until)
    terminal.send("!")
    terminal.wait_for("pasted and then cut!")
    still_answers(terminal, "again")


@pytest.mark.fault(52)
def test_a_huge_paste_is_refused_in_words_and_the_draft_stays(terminal: RealTerminal) -> None:
    terminal.send("draft")
    terminal.wait_for("draft")
    text = b"\x1b[200~" + b"x" * 1_000_000 + b"\x1b[201~"
    for start in range(0, len(text), 4096):
        terminal.send_bytes(text[start : start + 4096])
        terminal.read(0)
    terminal.wait_for("1,000,000 characters")
    terminal.wait_for("draft")
    still_answers(terminal, "again")


@pytest.mark.fault(50)
def test_a_storm_of_resizes_leaves_a_right_screen(terminal: RealTerminal) -> None:
    sizes = random.Random(50)
    for _ in range(300):
        terminal.resize(sizes.choice([1, 2, 20, 80, 200, 300]), sizes.choice([1, 2, 10, 40, 200, 500]))
        terminal.read(0)
    for columns in range(12):
        terminal.resize(columns, 36)
        terminal.read(0.1)
    terminal.resize(120, 36)
    terminal.wait_for("This machine: the manual")
    still_answers(terminal, "again")


@pytest.mark.fault(51)
def test_after_all_that_it_quits_as_ever(terminal: RealTerminal) -> None:
    terminal.send(CTRL_Q)
    assert terminal.wait_for_exit() == 0
