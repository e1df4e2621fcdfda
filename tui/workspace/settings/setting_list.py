"""The settings in force, each with where it was given, and what it can be changed to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from tui.api.regions import REGIONS
from tui.keys.choice import problem_of
from tui.lazy_dataclass import dataclass
from tui.settings import (
    ENVIRONMENT,
    FILE_SETTINGS,
    NOTIFY,
    OF_A_PROFILE,
    TRUTHS,
    Layer,
    Settings,
    SettingsError,
    load,
    origins,
    profile_names,
)
from tui.workspace.settings.config_file import NotKeptError, keep_keys, keep_setting
from tui.workspace.settings.described import ABOUT

Value: TypeAlias = str | bool | None


@dataclass(frozen=True, slots=True)
class ListedSetting:
    """A setting. `given` is where it was given, None where it is as it is by itself.

    `choices` are the values that it can have, none where it is a text that the user types.
    """

    name: str
    value: Value
    given: Layer | None
    choices: Sequence[Value] = ()

    @property
    def about(self) -> str:
        """What it is about, in one line."""
        return ABOUT[self.name]

    @property
    def stronger(self) -> str:
        """Why a change in the config file would have no effect, in a sentence; "" where it has."""
        if self.given is None or self.given.source not in ("environment", "flag"):
            return ""
        by = f" by {ENVIRONMENT[self.name]}" if self.given.source == "environment" else ""
        return f"{self.name} was given {self.given.where}{by}, which is stronger than the file. Change it there."

    def after(self, step: int) -> Value:
        """The choice that comes next, or before with -1, and so around."""
        at = self.choices.index(self.value) if self.value in self.choices else -max(0, step)
        return self.choices[(at + step) % len(self.choices)]


class SettingList:
    """Reads and changes the settings. What cannot be kept in the file, or is not to be, holds for this run alone."""

    def __init__(self, flags: Mapping[str, str | None], environ: Mapping[str, str], path: Path) -> None:
        self.path = path
        self._flags = flags
        self._environ = environ
        self._of_this_run: dict[str, str | None] = {}
        self._keys_of_this_run: dict[str, Sequence[str]] = {}

    def in_force(self) -> Settings:
        """The settings as they are now. Raises `SettingsError`."""
        settings = load(self._flags, self._environ, self.path, self._of_this_run)
        return replace(settings, keys=self._with_keys_of_this_run(settings.keys))

    def _with_keys_of_this_run(self, keys: Mapping[str, str]) -> Mapping[str, str]:
        changed = {**keys, **{action_id: ",".join(given) for action_id, given in self._keys_of_this_run.items()}}
        return {action_id: given for action_id, given in changed.items() if given}

    def items(self) -> Sequence[ListedSetting]:
        """Every setting that the config file can have. Raises `SettingsError`."""
        settings = self.in_force()
        given = origins(self._flags, self._environ, self.path, self._of_this_run)
        choices: dict[str, Sequence[Value]] = {
            **dict.fromkeys(TRUTHS, (True, False)),
            "region": tuple(REGIONS),
            "notify": NOTIFY,
            "profile": (None, *self.profiles()),
        }
        return [
            ListedSetting(name, getattr(settings, name), given.get(name), choices.get(name, ()))
            for name in FILE_SETTINGS
        ]

    def profiles(self) -> Sequence[str]:
        """The names of the profiles of the config file. Raises `SettingsError`."""
        return profile_names(self.path)

    @property
    def named_profile(self) -> str | None:
        """The profile that was named for this start, whatever is worked with now. Raises `SettingsError`."""
        others = {name: value for name, value in self._of_this_run.items() if name != "profile"}
        return load(self._flags, self._environ, self.path, others).profile

    def use_profile(self, name: str | None) -> None:
        """Work with this profile until the program ends, whatever names another; None: with the one that is named."""
        self._of_this_run["profile"] = name

    def change(self, name: str, value: Value) -> None:
        """Give a setting another value, and keep it in the config file; None: it is as it is by itself.

        Raises `NotKeptError` where the file cannot be written: the value holds for this run then. Raises
        `SettingsError` where nothing was changed, because what is given elsewhere is stronger.
        """
        item = next(item for item in self.items() if item.name == name)
        if item.stronger:
            raise SettingsError(item.stronger)
        profile = self.in_force().profile if name in OF_A_PROFILE else None
        self._of_this_run.pop(name, None)
        try:
            keep_setting(self.path, name, value, profile)
        except NotKeptError:
            self._of_this_run[name] = _as_text(value)
            raise

    def problem_with_keys(self, action_id: str, keys: Sequence[str]) -> str:
        """Why an action cannot have these keys, or its usual ones (none), in a sentence; "" where it can."""
        return problem_of(action_id, {**self.in_force().keys, action_id: ",".join(keys)})

    def change_keys(self, action_id: str, keys: Sequence[str]) -> None:
        """Give an action other keys, as Textual names them, and keep them in the config file; none: its usual ones.

        Raises `SettingsError` where they cannot be its keys, and `NotKeptError` where the file cannot be written: they
        hold for this run then.
        """
        if problem := self.problem_with_keys(action_id, keys):
            raise SettingsError(problem)
        self._keys_of_this_run.pop(action_id, None)
        try:
            keep_keys(self.path, action_id, keys or None)
        except NotKeptError:
            self._keys_of_this_run[action_id] = keys
            raise


def _as_text(value: Value) -> str | None:
    """A value as a flag gives it."""
    return ("true" if value else "false") if isinstance(value, bool) else value
