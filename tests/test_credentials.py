import os
import stat
import subprocess
import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.chainer import ChainerBackend
from keyring.backends.null import Keyring as NullKeyring
from keyring.compat import properties
from keyring.errors import KeyringLocked
from pydantic import SecretStr

from tui import credentials
from tui.api.connection import REGIONS
from tui.api.errors import ConfigurationError
from tui.credentials import Absent, Found

NA = REGIONS["na"]
EU = REGIONS["eu"]
KEY = SecretStr("llx-abcdefgh1234")


class InMemory(KeyringBackend):
    """A keyring of this process, which passes for a secure one."""

    __module__ = "keyring.backends.SecretService"

    @properties.classproperty
    def priority(self) -> float:
        return 1.0

    def __init__(self, failure: Exception | None = None, *, forgets: bool = False) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self._failure = failure
        self._forgets = forgets

    def get_password(self, service: str, username: str) -> str | None:
        if self._failure is not None:
            raise self._failure
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self._forgets:
            self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_the_environment_wins_and_is_named():
    keyring.set_keyring(InMemory())
    assert credentials.keep_in_keyring(NA, SecretStr("llx-stored-key-1")) is None
    both = {"LLAMA_PARSE_API_KEY": "llx-parse", "LLAMA_CLOUD_API_KEY": " Bearer llx-cloud\n"}
    assert credentials.find(NA, both) == Found(SecretStr("llx-cloud"), "LLAMA_CLOUD_API_KEY")
    assert credentials.find(NA, {"LLAMA_PARSE_API_KEY": "llx-parse"}) == Found(
        SecretStr("llx-parse"), "LLAMA_PARSE_API_KEY"
    )
    assert credentials.find(NA, {}) == Found(SecretStr("llx-stored-key-1"), "the system keyring")


@pytest.mark.fault(65)
def test_forgetting_removes_the_stored_key_and_says_what_remains():
    keyring.set_keyring(InMemory())
    credentials.keep_in_keyring(NA, KEY)
    credentials.keep_in_file(NA, KEY)
    said = credentials.forget(NA, {"LLAMA_CLOUD_API_KEY": "llx-cloud"})
    assert [sentence.split()[0] for sentence in said] == ["The", "The", "The"]
    assert "LLAMA_CLOUD_API_KEY still holds" in said[2]
    assert credentials.find(NA, {}) == Absent()
    assert credentials.forget(NA, {}) == ["No key was stored."]


@pytest.mark.fault(66)
def test_a_stored_key_is_for_one_server_only():
    keyring.set_keyring(InMemory())
    credentials.keep_in_keyring(NA, KEY)
    credentials.keep_in_file(NA, KEY)
    assert credentials.find(EU, {}) == Absent()


@pytest.mark.fault(62)
def test_without_a_keyring_it_says_so_and_names_the_ways_out():
    found = credentials.find(NA, {})
    assert isinstance(found, Absent)
    assert "No system keyring here" in found.why
    assert "LLAMA_CLOUD_API_KEY" in found.why
    assert credentials.keep_in_keyring(NA, KEY) == found.why


class OpenFile(InMemory):
    """A keyring that keeps plain text, or asks on this terminal: none of those that are known to be safe."""

    __module__ = "keyrings.alt.file"


@pytest.mark.fault(62)
@pytest.mark.parametrize("unsafe", [NullKeyring, OpenFile])
@pytest.mark.parametrize("is_behind_another", [False, True])
def test_a_keyring_that_keeps_nothing_or_plain_text_is_not_used(
    unsafe: type[KeyringBackend], is_behind_another: bool, monkeypatch: pytest.MonkeyPatch
):
    backend = unsafe()
    if is_behind_another:
        monkeypatch.setattr(ChainerBackend, "backends", [InMemory(), backend])
        backend = ChainerBackend()
    keyring.set_keyring(backend)
    said = credentials.keep_in_keyring(NA, KEY)
    assert said is not None
    assert "not a secure store" in said
    assert "keyring here" in str(credentials.find(NA, {}))


@pytest.mark.fault(62)
def test_a_chain_of_safe_keyrings_is_used(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ChainerBackend, "backends", [InMemory()])
    keyring.set_keyring(ChainerBackend())
    assert credentials.keep_in_keyring(NA, KEY) is None
    assert credentials.find(NA, {}) == Found(KEY, "the system keyring")


@pytest.mark.fault(62)
@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (KeyringLocked("dismissed"), "locked"),
        (RuntimeError("(-25308) errSecInteractionNotAllowed"), "security unlock-keychain"),
        (ModuleNotFoundError("no.such.backend"), "PYTHON_KEYRING_BACKEND"),
        (ZeroDivisionError(), "ZeroDivisionError"),
    ],
    ids=["dismissed", "macOS over SSH", "broken backend", "bug"],
)
def test_a_keyring_that_fails_says_why(failure: Exception, words: str):
    keyring.set_keyring(InMemory(failure))
    found = credentials.find(NA, {})
    assert isinstance(found, Absent)
    assert words in found.why


@pytest.mark.fault(62)
def test_a_keyring_that_loses_the_key_is_found_out():
    keyring.set_keyring(InMemory(forgets=True))
    said = credentials.keep_in_keyring(NA, KEY)
    assert said is not None
    assert "did not give it back" in said


MUTE = """
import threading, sys
import keyring
from tests.test_credentials import InMemory, NA
from tui import credentials
class Mute(InMemory):
    __module__ = "keyring.backends.SecretService"
    def get_password(self, service, username):
        print("asked")
        threading.Event().wait()
keyring.set_keyring(Mute())
credentials.READ_TIMEOUT = 0.2
print(credentials.find(NA, {}).why)
print(credentials.find(NA, {}).why)
"""


@pytest.mark.fault(62)
def test_a_mute_keyring_is_asked_once_and_does_not_hold_up_the_exit(home: Path):
    environ = os.environ | {"XDG_CONFIG_HOME": str(home)}
    done = subprocess.run([sys.executable, "-c", MUTE], capture_output=True, text=True, timeout=60, env=environ)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "asked"
    assert "probably locked and asking on another screen" in lines[1]
    assert "not asked again" in lines[2]


@pytest.mark.fault(62)
def test_the_file_is_private_and_is_the_last_to_be_asked():
    old_mask = os.umask(0)
    try:
        assert credentials.keep_in_file(NA, KEY) is None
    finally:
        os.umask(old_mask)
    path = credentials.key_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    assert credentials.find(NA, {}) == Found(KEY, str(path))
    assert credentials.keep_in_file(EU, SecretStr("llx-eu-eu-eu-eu1")) is None
    assert credentials.find(NA, {}) == Found(KEY, str(path))
    assert [item.name for item in path.parent.iterdir()] == ["credentials"]


def refused_file() -> str:
    found = credentials.find(NA, {})
    assert isinstance(found, Absent)
    return found.why


@pytest.mark.fault(54)
def test_a_key_file_that_others_can_read_is_refused():
    credentials.keep_in_file(NA, KEY)
    credentials.key_file().chmod(0o640)
    assert "others could read it" in refused_file()
    assert credentials.keep_in_file(NA, KEY) is not None


@pytest.mark.fault(54)
def test_a_key_file_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch):
    credentials.keep_in_file(NA, KEY)
    other = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    assert "belongs to another user" in refused_file()


@pytest.mark.fault(54)
def test_a_key_file_that_is_a_link_is_refused(tmp_path: Path):
    credentials.keep_in_file(NA, KEY)
    path = credentials.key_file()
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert "is not used" in refused_file()


def test_a_pipe_in_place_of_the_key_file_holds_nothing_up():
    credentials.keep_in_file(NA, KEY)
    credentials.key_file().unlink()
    os.mkfifo(credentials.key_file(), 0o600)
    assert "no regular file" in refused_file()


@pytest.mark.parametrize("text", ["", "llx-bare", "[]"])
def test_a_damaged_key_file_is_refused(text: str):
    credentials.keep_in_file(NA, KEY)
    credentials.key_file().write_text(text)
    assert "damaged" in refused_file()


@pytest.mark.fault(63)
def test_a_key_that_cannot_be_one_is_refused_by_name_of_its_source():
    with pytest.raises(ConfigurationError) as refused:
        credentials.find(NA, {"LLAMA_CLOUD_API_KEY": "llx-secret one"})
    assert "LLAMA_CLOUD_API_KEY" in refused.value.message
    assert "secret" not in refused.value.message


@pytest.mark.fault(64)
def test_no_value_shows_the_key():
    assert "abcdefgh" not in repr(Found(KEY, "x"))


def test_importing_it_loads_neither_keyring_nor_pydantic():
    script = "import sys, tui.credentials; print({'keyring', 'pydantic', 'httpx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
