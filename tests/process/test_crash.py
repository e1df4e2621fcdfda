import stat
from pathlib import Path

import pytest

from tests.process.test_signals import F9, given_back
from tests.process.windows import in_window


@pytest.mark.fault(53)
def test_a_crash_gives_the_terminal_back_and_names_a_log_without_secrets(tmp_path: Path) -> None:
    draft, state = tmp_path / "draft", tmp_path / "state"
    with in_window(
        tmp_path,
        *("-m", "tests.process.app_with_draft", str(draft), "crash"),
        environment={"LLAMACHAT_STATE_DIR": str(state)},
    ) as terminal:
        terminal.wait_for("This machine: the manual")
        terminal.send("half a question")
        terminal.wait_for("half a question")
        terminal.send(F9)
        assert terminal.wait_for_exit() == 1
        assert given_back(terminal)
        said = " ".join(" ".join(terminal.lines()).split())
        received = bytes(terminal.received)
    log = state / "llamachat.log"
    assert "an error in the app itself (ValueError)" in said
    assert str(log) in said.replace(" ", "")
    assert "Traceback" not in said
    told = log.read_text()
    assert "action_misbehave" in told
    assert "␛]0;title␇ broken, with Bearer [redacted]" in told
    assert b"CANARY" not in received
    assert "CANARY" not in told
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert draft.read_text() == "half a question"
