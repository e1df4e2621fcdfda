import stat
from pathlib import Path

import pytest

from tests.process.test_signals import F9, difficult_app, given_back, kept_draft


@pytest.mark.fault(53)
@pytest.mark.parametrize(("mode", "culprit"), [("crash", "action_misbehave"), ("draw", "render")])
def test_a_crash_gives_the_terminal_back_and_names_a_log_without_secrets(
    tmp_path: Path, mode: str, culprit: str
) -> None:
    with difficult_app(tmp_path / "state", mode) as terminal:
        terminal.send(F9)
        assert terminal.wait_for_exit() == 1
        assert given_back(terminal)
        said = " ".join(" ".join(terminal.lines()).split())
        received = bytes(terminal.received)
    log = tmp_path / "state" / "llamachat.log"
    assert "an error in the app itself (ValueError)" in said
    assert str(log) in said.replace(" ", "")
    assert "Traceback" not in said
    told = log.read_text()
    assert f"in {culprit}" in told
    assert "␛]0;title␇ broken, with Bearer [redacted]" in told
    assert b"CANARY" not in received
    assert "CANARY" not in told
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert kept_draft(tmp_path / "state") == "half a question"
