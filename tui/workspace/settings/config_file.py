"""Changing one setting in the config file: all else in it stays as the user wrote it, also comments and their order."""

from pathlib import Path

from tui.private_files import make_private_folder
from tui.sanitize import clean_line
from tui.settings import SettingsError
from tui.workspace.new_file import write_file


class NotKeptError(SettingsError):
    """The file could not be written, and is as it was. The message says why."""


def keep_setting(path: Path, name: str, value: str | bool | None, profile: str | None = None) -> None:
    """Set a setting in the config file, of a profile if one is named; None takes it out. The file is there in the end.

    Raises `NotKeptError`.
    """
    try:
        make_private_folder(path.parent)
        text = path.read_bytes().decode() if path.exists() else ""
        changed = with_setting(text, name, value, profile)
        if changed != text:
            write_file(path.resolve(), changed, replace=True)
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
