import logging
import os
import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from tui import log
from tui.redaction import redact, redact_keys, register_secret


@pytest.mark.fault(64)
@pytest.mark.parametrize(
    "text",
    ["key llx-abc_DEF-123 used", "Illegal header value b'Bearer abc123\\n'", "authorization: Basic dXNlcjpwYXNz"],
)
def test_what_looks_like_a_key_is_taken_out(text: str) -> None:
    assert "[redacted]" in redact(text)
    assert not any(secret in redact(text) for secret in ("abc", "dXNl"))


@pytest.mark.fault(64)
def test_a_known_secret_is_taken_out_whatever_it_looks_like() -> None:
    register_secret(SecretStr("correct horse battery"))
    assert redact("said correct horse battery, twice") == "said [redacted], twice"


@pytest.mark.fault(64)
def test_of_a_server_message_only_secrets_are_taken_out() -> None:
    said = redact_keys("Basic plan of llx-abc_DEF-123 needs a Bearer token, not hunter2", SecretStr("hunter2"), None)
    assert said == "Basic plan of [redacted] needs a Bearer token, not [redacted]"


@pytest.mark.fault(54)
def test_a_log_in_a_folder_that_others_can_change_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o777)
    monkeypatch.setenv("LLAMACHAT_STATE_DIR", str(folder))
    record = logging.LogRecord("tui", logging.ERROR, "", 0, "told", None, None)
    handler = log.PrivateFile()
    handler.emit(record)
    assert list(folder.iterdir()) == []
    folder.chmod(0o700)
    handler = log.PrivateFile()
    handler.emit(record)
    assert "told" in (folder / log.FILE_NAME).read_text()
    handler.close()


@pytest.mark.fault(54)
def test_a_long_log_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLAMACHAT_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(log, "MAX_BYTES", 10)
    for _ in range(2):
        handler = log.PrivateFile()
        handler.emit(logging.LogRecord("tui", logging.ERROR, "", 0, "a long line", None, None))
        handler.close()
    assert log.log_path().with_name(f"{log.FILE_NAME}.1").exists()
    assert stat.S_IMODE(os.stat(log.log_path()).st_mode) == 0o600
