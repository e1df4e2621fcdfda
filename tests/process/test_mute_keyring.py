from pathlib import Path

import pytest

from tests.process.windows import in_window

CTRL_Q, ESCAPE = "\x11", "\x1b"


@pytest.mark.fault(62)
def test_a_keyring_that_never_answers_holds_up_neither_the_screen_nor_the_exit_and_is_skipped_by_a_key(
    tmp_path: Path,
) -> None:
    is_asked = tmp_path / "asked"
    with in_window(tmp_path, "-m", "tests.process.with_mute_keyring", str(is_asked)) as terminal:
        terminal.wait_for("Connecting to LlamaCloud")
        terminal.wait_until(is_asked.exists)
        terminal.send("half a question")
        terminal.wait_for("half a question")
        terminal.wait_for("Esc goes on without it")
        terminal.send(ESCAPE)
        terminal.wait_for("Paste a LlamaCloud key")
        terminal.wait_for("The system keyring did not answer")
        terminal.send(CTRL_Q)
        assert terminal.wait_for_exit() == 0
        assert terminal.received.rfind(b"\x1b[?1049l") > terminal.received.rfind(b"\x1b[?1049h")
