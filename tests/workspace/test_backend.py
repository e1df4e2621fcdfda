import asyncio
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.hostile.payloads import harm
from tests.local.server import running_server, until
from tui.api.errors import ApiError
from tui.redaction import redact
from tui.settings import Settings
from tui.workspace.backend import ConsentNeededError, KeyNeededError, UseKey, connect, keep
from tui.workspace.embedded_server import ServerStartError, start_server

KEY = SecretStr("llx-abcdefgh1234")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No key is found, and nothing of the real user's is read or written."""
    for variable in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for variable in list(os.environ):
        if variable.startswith("LLAMA"):
            monkeypatch.delenv(variable)


def nowhere(_: str) -> bool:
    """A user who has agreed to no server."""
    return False


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "crew.md").write_text("# Crew\n\n- Bo Lin leads science.\n")
    return folder


async def test_folders_are_served_by_a_process_that_ends_with_the_backend(notes: Path) -> None:
    backend = await connect(Settings(local=(notes,)), nowhere)
    assert backend.connected_to == "This machine: notes"
    assert [index.name for index in (await backend.client.indexes()).items] == ["notes"]
    assert backend.server is not None
    assert os.getpgid(backend.server.process.pid) != os.getpgid(0), "Ctrl+C in the terminal would reach the server"
    await backend.close()
    assert backend.server.process.returncode == 0


async def test_no_folder_means_the_manual() -> None:
    backend = await connect(Settings(local=()), nowhere)
    assert backend.connected_to == "This machine: the manual"
    await backend.close()


async def test_a_server_that_does_not_start_is_told_in_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(ServerStartError, match="nowhere"):
        await start_server([tmp_path / "nowhere"])


@pytest.mark.fault(12)
async def test_what_a_server_says_that_does_not_start_cannot_speak_to_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ServerStartError, match="There is no folder"):
        await start_server([tmp_path / "\x1b]52;c;UFdORUQ=\x07"])
    (tmp_path / "python").write_text("#!/bin/sh\nprintf 'No such \\033]52;c;UFdORUQ=\\007\\n' >&2\nexit 1\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(ServerStartError, match="No such") as failed:
        await start_server([tmp_path])
    assert "␛]52;c;UFdORUQ=␇" in str(failed.value)
    assert harm(str(failed.value).encode()) == []


async def test_a_module_in_the_current_folder_is_not_run_in_place_of_the_program(
    notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tui.py").write_text("raise SystemExit('another program')")
    monkeypatch.chdir(tmp_path)
    backend = await connect(Settings(local=(notes,)), nowhere)
    (index,) = (await backend.client.indexes()).items
    async with asyncio.timeout(30):
        while (await backend.client.index(index.id)).status == "syncing":
            await asyncio.sleep(0.02)
    assert (await backend.client.index(index.id)).files == 1
    await backend.close()


@pytest.mark.fault(64)
async def test_the_key_in_use_is_taken_out_of_the_log_whatever_it_looks_like() -> None:
    backend = await connect(
        Settings(base_url="http://127.0.0.1:1"), nowhere, UseKey(SecretStr("hunter2-hunter2"), "na", "memory")
    )
    assert redact("it was hunter2-hunter2") == "it was [redacted]"
    await backend.close()


async def test_a_key_is_found_where_it_was_kept(notes: Path, tmp_path: Path) -> None:
    with running_server([notes], tmp_path / "data") as server:
        settings = Settings(base_url=server.base_url)
        with pytest.raises(KeyNeededError):
            await connect(settings, nowhere)
        typed = UseKey(SecretStr(server.api_key), "na", "file")
        assert await keep(typed, settings) is None
        backend = await connect(settings, nowhere)
        assert [index.name for index in (await backend.client.indexes()).items] == ["notes"]
        assert backend.connected_to.startswith("LlamaCloud · 127.0.0.1:")
        await backend.close()
    (kept,) = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_a_key_that_was_typed_is_used_for_this_run(notes: Path, tmp_path: Path) -> None:
    with running_server([notes], tmp_path / "data") as server:
        settings = Settings(base_url=server.base_url)
        typed = UseKey(SecretStr(server.api_key), "na", "memory")
        backend = await connect(settings, nowhere, typed)
        assert await keep(typed, settings) is None
        assert (await backend.client.sessions()).items == []
        await backend.close()
    with pytest.raises(KeyNeededError):
        await connect(settings, nowhere)


async def test_where_there_is_no_keyring_it_is_said_that_the_key_is_not_kept() -> None:
    why = await keep(UseKey(KEY, "na", "keyring"), Settings())
    assert why is not None
    assert "llx-abcdefgh1234" not in why


async def test_an_address_that_cannot_be_one_is_refused_in_words() -> None:
    with pytest.raises(ApiError, match="cannot be used"):
        await connect(Settings(base_url="ftp://example.com"), nowhere, UseKey(KEY, "na", "memory"))


async def test_the_server_is_gone_when_the_program_lets_go_of_it(notes: Path) -> None:
    server = await start_server([notes])
    assert "llx" not in repr(server)
    assert server.api_key not in repr(server)
    process = server.process
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()
    until(lambda: process.returncode is not None)


@pytest.mark.fault(66)
@pytest.mark.parametrize("variable", ["LLAMA_CLOUD_API_KEY", "LLAMA_CLOUD_SESSION_COOKIE"])
async def test_a_key_of_the_environment_goes_to_an_unknown_server_only_after_the_user_agreed(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, KEY.get_secret_value())
    settings = Settings(base_url="https://llama.example")
    with pytest.raises(ConsentNeededError, match=r"llama\.example") as needed:
        await connect(settings, nowhere)
    assert "abcdefgh" not in needed.value.secret
    agreed = {needed.value.base_url}
    backend = await connect(settings, agreed.__contains__)
    await backend.close()


@pytest.mark.fault(66)
async def test_a_typed_key_goes_to_an_unknown_server_only_after_the_user_agreed() -> None:
    with pytest.raises(ConsentNeededError):
        await connect(Settings(base_url="https://llama.example"), nowhere, UseKey(KEY, "na", "memory"))


@pytest.mark.fault(66)
async def test_a_server_that_was_named_on_the_command_line_or_has_a_key_of_its_own_is_agreed_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(base_url="https://llama.example")
    await keep(UseKey(KEY, "na", "file"), settings)
    await (await connect(settings, nowhere)).close()
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", KEY.get_secret_value())
    await (await connect(replace(settings, flags={"base_url": settings.base_url}), nowhere)).close()
    with pytest.raises(ConsentNeededError):
        await connect(settings, nowhere)
