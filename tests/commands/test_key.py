import io
from pathlib import Path

import keyring
import pytest

from tests.commands.calling import Command
from tests.local.server import running_server
from tests.test_credentials import InMemory
from tui import credentials

KEY = "llx-CANARYabcdefgh1234"


@pytest.mark.fault(65)
def test_login_keeps_the_key_and_status_names_its_source_and_end_only(command: Command) -> None:
    keyring.set_keyring(InMemory())
    said = command("login", "--no-check", stdin=f"Bearer {KEY}\n")
    assert said.code == 0
    assert "…1234 is kept in the system keyring" in said.out
    status = command("status")
    assert (status.code, "…1234, from the system keyring" in status.out) == (0, True)
    assert "CANARY" not in said.out + said.err + status.out + status.err


@pytest.mark.fault(65)
def test_status_says_that_the_environment_wins_and_logout_that_it_remains(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("login", "--no-check", "--store", "file", stdin=KEY)
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-other-key-9876")
    said = command("status").out
    assert "Key: …9876, from LLAMA_CLOUD_API_KEY" in said
    assert f"Not used, because the environment wins: …1234, from {credentials.key_file()}" in said
    assert "LLAMA_CLOUD_API_KEY still holds a key" in command("logout").out


@pytest.mark.fault(62)
def test_without_a_keyring_login_keeps_nothing_and_names_the_file(command: Command) -> None:
    stdin = io.StringIO(KEY)
    said = command("login", stdin=stdin)
    assert said.code == 1
    assert stdin.read() == KEY  # it was not even asked for
    assert "No system keyring here" in said.err
    assert "--store file" in said.err
    assert not credentials.key_file().exists()
    assert command("status").code == 1


@pytest.mark.fault(63)
@pytest.mark.parametrize("typed", ["", "llx-CANARY with spaces", "llx-CANARY“", "llx-CANARY" + "x" * 10_000])
def test_what_cannot_be_a_key_is_refused_without_repeating_it(command: Command, typed: str) -> None:
    said = command("login", "--store", "file", stdin=typed)
    assert said.code == 2
    assert "key" in said.err
    assert "CANARY" not in said.out + said.err


@pytest.mark.fault(64)
def test_a_key_is_no_argument(command: Command) -> None:
    with pytest.raises(SystemExit) as refused:
        command("login", KEY)
    assert refused.value.code == 2


@pytest.mark.fault(66)
def test_an_address_that_would_show_the_key_is_refused(command: Command) -> None:
    said = command("login", "--store", "file", "--base-url", "http://api.example.com", stdin=KEY)
    assert said.code == 2
    assert "use https" in said.err


@pytest.mark.parametrize(
    ("given", "code", "words"), [("", 0, "is kept in"), ("x", 1, "refused this key"), ("offline", 1, "--no-check")]
)
def test_login_keeps_only_a_key_that_the_server_takes(
    command: Command, tmp_path: Path, given: str, code: int, words: str
) -> None:
    with running_server([], tmp_path / "data") as server:
        address = "http://127.0.0.1:1" if given == "offline" else server.base_url
        said = command("login", "--store", "file", "--base-url", address, stdin=server.api_key + given)
    assert said.code == code
    assert words in said.out + said.err
    assert credentials.key_file().exists() is (code == 0)
    assert server.api_key not in said.out + said.err


def test_a_profile_has_a_key_of_its_own_that_goes_before_the_environment(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[profiles.work]\nproject = "p-1"\n')
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(config))
    kept = command("login", "--store", "file", "--no-check", "--profile", "work", stdin="llx-abcdefghwork\n")
    assert kept.code == 0
    assert command("status").code == 1
    monkeypatch.setenv("LLAMA_CLOUD_API_KEY", "llx-abcdefgh-env")
    assert "Key: …work" in command("status", "--profile", "work").out
    assert "-env" in command("status").out
    assert command("logout", "--profile", "work").code == 0
    assert "-env" in command("status", "--profile", "work").out
    assert "no profile 'play'" in command("status", "--profile", "play").err


def test_without_a_key_the_command_is_told_that_keeps_one_where_it_is_missing(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[profiles."my own"]\nbase_url = "http://127.0.0.1:1"\n')
    monkeypatch.setenv("LLAMACHAT_CONFIG", str(config))
    wanted = "llamachat-tui login --profile 'my own'`"
    assert f"Run `{wanted}; --local" in command("ask", "Budget?", "--profile", "my own").err
    assert "Run `llamachat-tui login --region eu`; --local" in command("list", "--region", "eu").err
    assert "Run `llamachat-tui login`; --local" in command("list").err
    assert "(llamachat-tui login --store file --profile 'my own')" in command("login", "--profile", "my own").err
    keyring.set_keyring(InMemory())
    assert f"Run `{wanted}, or set" in command("status", "--profile", "my own").out
