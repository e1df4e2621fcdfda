"""Changing one setting in the config file: all else in it stays as the user wrote it, also comments and their order."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tui.files.private_files import make_private_folder, write_file
from tui.sanitize import clean_line
from tui.settings import SettingsError


class NotKeptError(SettingsError):
    """The file could not be written, and is as it was. The message says why."""


def keep_setting(path: Path, name: str, value: str | bool | None, profile: str | None = None) -> None:
    """Set a setting in the config file, of a profile if one is named; None takes it out. The file is there in the end.

    Raises `NotKeptError`.
    """
    _change(path, lambda text: with_setting(text, name, value, profile))


def keep_keys(path: Path, action_id: str, keys: Sequence[str] | None) -> None:
    """Set the keys of an action in the config file; None takes them out. Raises `NotKeptError`."""
    _change(path, lambda text: with_keys(text, action_id, keys))


def _change(path: Path, changed: Callable[[str], str]) -> None:
    """Write a config file anew, as `changed` makes it from its text. Raises `NotKeptError`."""
    try:
        make_private_folder(path.parent)
        text = path.read_bytes().decode() if path.exists() else ""
        if (after := changed(text)) != text:
            write_file(path.resolve(), after, replace=True)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise NotKeptError(f"It could not be kept in {clean_line(str(path), 200)}: {clean_line(why)}.") from error


def with_setting(text: str, name: str, value: str | bool | None, profile: str | None = None) -> str:
    """The text of a config file with a setting in it, or without it where the value is None.

    Raises `ValueError` where the text is no TOML.
    """
    import tomlkit  # only here, because most starts of the program change no setting

    document = tomlkit.parse(text)
    table = document
    if profile is not None:
        profiles = document.setdefault("profiles", tomlkit.table(is_super_table=True))
        table = profiles.setdefault(profile, tomlkit.table())
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
    return document.as_string()


def with_keys(text: str, action_id: str, keys: Sequence[str] | None) -> str:
    """The text of a config file with the keys of an action in its table `[keys]`, or without them.

    An entry is found as `"session.new"`, which is how a new one is written, and as `session.new`. Raises `ValueError`
    where the text is no TOML.
    """
    import tomlkit

    document = tomlkit.parse(text)
    if keys is None and "keys" not in document:
        return text
    table: Any = document.setdefault("keys", tomlkit.table())
    *outer, name = [action_id] if action_id in table else _parts(table, action_id)
    for part in outer:
        table = table[part]
    if keys is None:
        table.pop(name, None)
    else:
        table[name] = keys[0] if len(keys) == 1 else list(keys)
    return document.as_string()


def _parts(table: Mapping[str, Any], action_id: str) -> Sequence[str]:
    """The names that lead to an entry that is written with a bare point; the id by itself where none is."""
    outer, _, name = action_id.partition(".")
    inner = table.get(outer)
    return [outer, name] if isinstance(inner, dict) and name in inner else [action_id]
