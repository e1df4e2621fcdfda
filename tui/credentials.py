"""The API key: where it is found, and where it is kept.

In order: LLAMA_CLOUD_API_KEY, LLAMA_PARSE_API_KEY, the system keyring, and a file of the user's own (0600) if the user
chose that. Nothing is ever kept in plain text without being asked for. A stored key belongs to one base URL.

A keyring may ask the user on another screen, or never answer; so it is called in a thread with a time limit, which the
end of the process does not wait for, and never again after it was silent once.
"""

import json
import os
import queue
import stat
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tui.files.private_files import make_private_folder, write_file
from tui.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from pydantic import SecretStr

ENVIRONMENT = ("LLAMA_CLOUD_API_KEY", "LLAMA_PARSE_API_KEY")
KEYRING_NAME = "llamachat-tui"

READ_TIMEOUT = 5.0
"""Seconds to wait for a key from the system keyring."""

WRITE_TIMEOUT = 30.0
"""Seconds to wait while the system keyring keeps or removes a key: it may ask the user first."""

_SECURE_BACKENDS = ("SecretService", "kwallet", "macOS", "Windows", "libsecret")
_EXITS = "Set LLAMA_CLOUD_API_KEY, keep the key in a private file (0600), or use it for this run only."

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found:
    """A key. `source` says in words where it was found."""

    key: "SecretStr"
    source: str


@dataclass(frozen=True, slots=True)
class Absent:
    """No key. `why` is fit to show; it is "" when there is simply none, and nothing went wrong."""

    why: str = ""
    is_usual: bool = False
    """Whether `why` is only that this machine has no keyring, as most that are reached over SSH."""


class KeyringUnusableError(Exception):
    """The keyring cannot be used; the message says why and what else can be done."""


class NoKeyringHereError(KeyringUnusableError):
    """There is none that keeps secrets."""


def key_place(base_url: str, profile: str | None) -> str:
    """What a server's key is kept under: its base URL, and for a profile, which has a key of its own, also that."""
    return base_url if profile is None else f"{base_url} profile={profile}"


def find(base_url: str, environ: Mapping[str, str] = os.environ, profile: str | None = None) -> Found | Absent:
    """The key for a server. Takes up to `READ_TIMEOUT` seconds; ConfigurationError if what is found cannot be a key.

    The key that is kept for a profile goes before one of the environment, which may be another account's.
    """
    place = key_place(base_url, profile)
    if profile is not None and isinstance(kept := _find(place, {}), Found):
        return kept
    return _find(place, environ)


def _find(base_url: str, environ: Mapping[str, str]) -> Found | Absent:
    from tui.api.connection import checked_key

    for name in ENVIRONMENT:
        if environ.get(name):
            return Found(checked_key(environ[name], name), name)
    why, is_usual = "", False
    try:
        if stored := _in_time(lambda: _secure_keyring().get_password(KEYRING_NAME, base_url), READ_TIMEOUT):
            return Found(checked_key(stored, "the system keyring"), "the system keyring")
    except KeyringUnusableError as error:
        why, is_usual = str(error), isinstance(error, NoKeyringHereError)
    path = key_file()
    try:
        kept = _read_file(path).get(base_url)
    except OSError as error:
        return Absent(f"The key file {path} is not used: {error.strerror or error}.")
    return Found(checked_key(kept, str(path)), str(path)) if kept else Absent(why, is_usual)


def keep_in_keyring(base_url: str, key: "SecretStr") -> str | None:
    """Keep a key, and read it back. None when it is kept; else why it is not, fit to show."""
    secret = key.get_secret_value()

    def keep() -> bool:
        keyring = _secure_keyring()
        keyring.set_password(KEYRING_NAME, base_url, secret)
        return keyring.get_password(KEYRING_NAME, base_url) == secret

    try:
        kept = _in_time(keep, WRITE_TIMEOUT)
    except KeyringUnusableError as error:
        return str(error)
    return None if kept else f"The system keyring took the key but did not give it back. {_EXITS}"


def keyring_problem() -> str | None:
    """Why no key can be kept in the system keyring, fit to show. It is not opened for that, so nobody is asked."""
    try:
        _in_time(_secure_keyring, READ_TIMEOUT)
    except KeyringUnusableError as error:
        return str(error)
    return None


def file_problem() -> str | None:
    """Why no key can be kept in `key_file()`, fit to show."""
    path = key_file()
    try:
        make_private_folder(path.parent)
        _read_file(path)
    except OSError as error:
        return f"The key cannot be kept in {path}: {error.strerror or error}."
    return None if os.access(path.parent, os.W_OK) else f"The key cannot be kept in {path}: its folder is read-only."


def keep_in_file(base_url: str, key: "SecretStr") -> str | None:
    """Keep a key in `key_file()`, readable by its owner only. None when it is kept; else why it is not."""
    path = key_file()
    try:
        make_private_folder(path.parent)
        _write_file(path, _read_file(path) | {base_url: key.get_secret_value()})
    except OSError as error:
        return f"The key cannot be kept in {path}: {error.strerror or error}."
    return None


def forget(base_url: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Remove the stored key of a server. Says in sentences what was removed, and what remains."""
    said = [_forget_in_keyring(base_url), _forget_in_file(base_url)]
    said += [f"The environment variable {name} still holds a key." for name in ENVIRONMENT if environ.get(name)]
    return [sentence for sentence in said if sentence] or ["No key was stored."]


def _forget_in_keyring(base_url: str) -> str:
    def remove() -> bool:
        keyring = _secure_keyring()
        if keyring.get_password(KEYRING_NAME, base_url) is None:
            return False
        keyring.delete_password(KEYRING_NAME, base_url)
        return True

    try:
        removed = _in_time(remove, WRITE_TIMEOUT)
    except KeyringUnusableError:
        return ""
    return "The key was removed from the system keyring." if removed else ""


def _forget_in_file(base_url: str) -> str:
    path = key_file()
    try:
        keys = _read_file(path)
        if keys.pop(base_url, None) is None:
            return ""
        _write_file(path, keys)
    except OSError as error:
        return f"The key file {path} was left alone: {error.strerror or error}."
    return f"The key was removed from {path}."


_silent = threading.Event()


def ask_keyring_no_more() -> None:
    """Do without the keyring for the rest of this run, as after it was silent for too long."""
    _silent.set()


def _in_time(call: Callable[[], T], timeout: float) -> T:
    """What the keyring answers. KeyringUnusableError if it fails, or does not answer in time."""
    if _silent.is_set():
        raise KeyringUnusableError(f"The system keyring did not answer before, so it is not asked again. {_EXITS}")
    answers: queue.SimpleQueue[T | Exception] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put(call())
        except Exception as error:  # A keyring backend, an add-on of anyone's, may raise anything.
            answers.put(error)

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        answer = answers.get(timeout=timeout)
    except queue.Empty:
        _silent.set()
        raise KeyringUnusableError(
            f"The system keyring did not answer in {timeout:.0f} s. It is probably locked and asking on another "
            f"screen. Unlock it there and start again, or do without: {_EXITS}"
        ) from None
    if isinstance(answer, Exception):
        raise _unusable(answer) from answer
    return answer


def _unusable(error: Exception) -> KeyringUnusableError:
    if isinstance(error, KeyringUnusableError):
        return error
    from keyring.errors import KeyringLocked, NoKeyringError

    if isinstance(error, NoKeyringError):
        return NoKeyringHereError(f"No system keyring here (no Secret Service on this SSH session, perhaps). {_EXITS}")
    if isinstance(error, KeyringLocked) or "-25308" in str(error):
        why = "The system keyring is locked. Unlock it (on macOS over SSH: security unlock-keychain) and start again."
    elif isinstance(error, ImportError):
        why = "The keyring backend named by PYTHON_KEYRING_BACKEND does not exist. Correct or unset the variable."
    else:
        why = f"The system keyring failed ({type(error).__name__})."
    return KeyringUnusableError(f"{why} {_EXITS}")


def _secure_keyring() -> Any:
    """The system keyring, if it is one that encrypts and does not ask on this terminal."""
    import keyring

    backend = keyring.get_keyring()
    if backend.__class__.__module__ == "keyring.backends.fail":
        from keyring.errors import NoKeyringError

        raise NoKeyringError
    parts: list[Any] = getattr(backend, "backends", [backend])
    if parts and all(_is_secure(part) for part in parts):
        return backend
    raise NoKeyringHereError(
        f"The keyring here ({type(backend).__name__}) is not a secure store: it would keep the key unencrypted, keep "
        f"nothing, or ask on this terminal. {_EXITS}"
    )


def _is_secure(backend: object) -> bool:
    return type(backend).__module__ in {f"keyring.backends.{name}" for name in _SECURE_BACKENDS}


def key_file() -> Path:
    """Where a key is kept in a file, if the user chose that: JSON, a key for each base URL."""
    import platformdirs

    return platformdirs.user_config_path("llamachat") / "credentials"


def _read_file(path: Path) -> dict[str, str]:
    """The keys in the file, none if there is no file. OSError if it is not safe, or cannot be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return {}
    with open(descriptor, encoding="utf-8", errors="replace") as file:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise OSError("it is no regular file")
        if state.st_uid != os.getuid():
            raise OSError("it belongs to another user")
        if state.st_mode & 0o077:
            raise OSError("others could read it; make it private again with chmod 600, and replace the key")
        try:
            raw = json.load(file)
        except ValueError:
            raise OSError("it is damaged; delete it and keep the key again") from None
    if not isinstance(raw, dict):
        raise OSError("it is damaged; delete it and keep the key again")
    return {name: key for name, key in cast(dict[str, object], raw).items() if isinstance(key, str)}


def _write_file(path: Path, keys: Mapping[str, str]) -> None:
    """Replace the file whole: a reader sees the old one or the new one."""
    write_file(path, json.dumps(keys), replace=True)
