"""What the user has set: the config file, the environment and the flags, in that order of strength.

The config file is `config.toml` in the user's config folder; a key in it has the name of the flag without its dashes.
The API key is never in it: see `tui.credentials`.
"""

import os
import stat
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias, TypeGuard, cast

from tui.api.regions import REGIONS
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.themes.names import AUTO, THEMES

ENVIRONMENT = {
    "base_url": "LLAMA_CLOUD_BASE_URL",
    "region": "LLAMA_CLOUD_REGION",
    "project": "LLAMA_CLOUD_PROJECT_ID",
    "organization": "LLAMA_CLOUD_ORGANIZATION_ID",
    "theme": "LLAMACHAT_THEME",
    "keep": "LLAMACHAT_KEEP",
    "bell": "LLAMACHAT_BELL",
    "notify": "LLAMACHAT_NOTIFY",
    "grounding": "LLAMACHAT_GROUNDING",
    "allow_http": "LLAMACHAT_ALLOW_HTTP",
    "animations": "LLAMACHAT_ANIMATIONS",
    "profile": "LLAMACHAT_PROFILE",
    "model": "LLAMACHAT_MODEL",
    "model_base_url": "LLAMACHAT_MODEL_BASE_URL",
    "embedding_model": "LLAMACHAT_EMBEDDING_MODEL",
}

_NOTHING: Mapping[str, str | None] = {}

LAST_SESSION = "last"
"""On the command line, the session that was open last, in place of its id."""


NOTIFY = ("off", "osc9", "osc777")
"""How a terminal is notified: not at all, as iTerm2, kitty and WezTerm take it, or as urxvt and foot do."""

TRUTHS = ("keep", "bell", "grounding", "allow_http", "animations")
"""The settings that are true or false."""

_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


OF_A_PROFILE = frozenset(("base_url", "region", "project", "organization", "allow_http"))
"""The settings that a profile has. Its key is kept apart from those of others: see `tui.credentials`."""

LOCAL_ACCOUNT = "local"
"""The account of this machine's own folders, whichever they are."""


class SettingsError(Exception):
    """A setting cannot be used. The message says which, where it stands and what would be right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that is known before the first frame."""

    base_url: str | None = None
    """The address of another server than the region's."""

    region: str = "na"
    """Where the account is: a key of `REGIONS`."""

    project: str | None = None
    organization: str | None = None

    theme: str = AUTO
    """The name of a colour theme; "auto": the dark or light one that goes with the terminal's background."""

    local: tuple[Path, ...] | None = None
    """The folders of this machine to answer from, none for the manual; None: LlamaCloud."""

    keep: bool = True
    """Whether sessions, drafts and running turns are kept on this machine."""

    bell: bool = True
    """Whether the terminal rings when a turn ends that nobody is looking at."""

    notify: str = "off"
    """How the terminal is notified of that: one of `NOTIFY`."""

    grounding: bool = True
    """Whether answers are checked for figures, dates, quotations and names that stand in no evidence."""

    allow_http: bool = False
    """Whether a server of a private network may be reached without encryption, though the key is then seen there."""

    animations: bool = True
    """Whether anything moves on the screen that need not."""

    profile: str | None = None
    """The name of the profile in use; None: none."""

    model: str | None = None
    """The language model that answers from folders of this machine; None: answers are quotations."""

    model_base_url: str | None = None
    """The address of the endpoint that has this model."""

    embedding_model: str | None = None
    """The model, at the same endpoint, by which passages are found by their meaning; None: by their words alone."""

    keys: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """The keys that the user gave to actions, by the ids of these: as Textual names them, with commas between."""

    flags: Mapping[str, str | None] = field(default_factory=dict[str, str | None], compare=False, repr=False)
    """What was given on the command line, by the names of the settings."""

    @property
    def is_typed_base_url(self) -> bool:
        """Whether `base_url` was given on the command line, and not by the environment or a file."""
        return self.base_url is not None and self.base_url == (self.flags.get("base_url") or "").strip()

    @property
    def cloud_url(self) -> str:
        return self.base_url or REGIONS[self.region]

    @property
    def account(self) -> str:
        """The name under which is kept what belongs to this server and project, and to no other."""
        profile = f"profile={self.profile}" if self.profile else None
        names = filter(None, (self.cloud_url, self.project, profile))
        return LOCAL_ACCOUNT if self.local is not None else " ".join(names)

    @property
    def library_environment(self) -> Mapping[str, str]:
        """The variables that tell the local library which models it uses."""
        names = ("model", "model_base_url", "embedding_model")
        return {ENVIRONMENT[name]: value for name in names if (value := getattr(self, name)) is not None}

    @property
    def connects_to(self) -> Sequence[object]:
        """What a connection depends on: with other settings in which this is equal it stays as it is."""
        if self.local is not None:
            return (self.local, self.model, self.model_base_url, self.embedding_model)
        return (self.profile, *(getattr(self, name) for name in sorted(OF_A_PROFILE)))

    def with_folders(self, folders: tuple[Path, ...]) -> "Settings":
        """The same settings, for these folders on this machine."""
        return replace(self, local=folders)

    def with_region(self, region: str) -> "Settings":
        """The same settings, for an account in this region."""
        return replace(self, region=region, local=None)


FILE_SETTINGS = tuple(field.name for field in fields(Settings) if field.name not in ("local", "keys", "flags"))
"""The settings that a config file can have, beside its tables."""


Source: TypeAlias = Literal["file", "profile", "environment", "flag", "run"]
"""Where a setting can be given, the weakest first; "run": chosen in the app, for this run alone."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The settings that were given in one place. `where` names it in words: "in the environment"."""

    source: Source
    where: str
    values: Mapping[str, str | None]
    lines: Mapping[str, int] = field(default_factory=dict[str, int])
    """The lines of a file in which they stand, as far as these are known."""

    def where_is(self, name: str) -> str:
        """Where one of them was given, with its line: "in line 3 of config.toml"."""
        line = self.lines.get(name)
        return f"in line {line} of {self.where.removeprefix('in ')}" if line else self.where


def config_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the config file is looked for: `LLAMACHAT_CONFIG`, else the user's config folder."""
    if named := environ.get("LLAMACHAT_CONFIG"):
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("llamachat") / "config.toml"


def config_to_read(environ: Mapping[str, str] = os.environ) -> Path:
    """The config file that a start reads. Raises `SettingsError` where the user named one that is not there."""
    path = config_path(environ)
    if environ.get("LLAMACHAT_CONFIG") and not _is_there(path):
        raise SettingsError(
            f"The variable LLAMACHAT_CONFIG names {path}, and there is no such file. Correct it or unset it; "
            "`llamachat-tui config write` makes the file."
        )
    return path


def load(
    flags: Mapping[str, str | None], environ: Mapping[str, str], path: Path, chosen: Mapping[str, str | None] = _NOTHING
) -> Settings:
    """The settings in force: what was chosen in this run over flags over environment over file.

    Raises `SettingsError`.
    """
    file = _read_file(path)
    settings = Settings(flags=flags, keys=file.keys)
    for layer in _layers(flags, environ, file, chosen):
        settings = _checked(settings, layer)
    return settings


def origins(
    flags: Mapping[str, str | None], environ: Mapping[str, str], path: Path, chosen: Mapping[str, str | None] = _NOTHING
) -> Mapping[str, Layer]:
    """Where each setting that is given was given. Raises `SettingsError`."""
    layers = _layers(flags, environ, _read_file(path), chosen)
    return {name: layer for layer in layers for name, value in layer.values.items() if _given(value)}


def profile_names(path: Path) -> Sequence[str]:
    """The profiles of the config file, in its order. Raises `SettingsError`."""
    return list(_read_file(path).profiles)


class _File(NamedTuple):
    """What the config file gives."""

    path: Path
    values: Mapping[str, str | None]
    profiles: Mapping[str, Mapping[str, str | None]]
    keys: Mapping[str, str]
    lines: Mapping[str, int]


def _layers(
    flags: Mapping[str, str | None], environ: Mapping[str, str], file: _File, chosen: Mapping[str, str | None]
) -> Sequence[Layer]:
    """What is given, and where, the strongest last. A profile is as strong as what names it.

    A region and a base URL both name the server, so the stronger of them is given alone, and in one place the base URL.
    """
    layers = _layers_as_given(flags, environ, file, chosen)
    named_by_region = max((at for at, layer in enumerate(layers) if _given(layer.values.get("region"))), default=0)
    weaker = [replace(layer, values={**layer.values, "base_url": None}) for layer in layers[:named_by_region]]
    return [*weaker, *layers[named_by_region:]]


def _layers_as_given(
    flags: Mapping[str, str | None], environ: Mapping[str, str], file: _File, chosen: Mapping[str, str | None]
) -> Sequence[Layer]:
    path, of_file, profiles, _, lines = file
    of_environ = {name: environ.get(variable) for name, variable in ENVIRONMENT.items()}
    layers = [
        Layer("file", f"in {path}", of_file, lines),
        Layer("environment", "in the environment", of_environ),
        Layer("flag", "on the command line", flags),
        Layer("run", "in this run", chosen),
    ]
    named_in = next((at for at in (3, 2, 1, 0) if _given(layers[at].values.get("profile"))), None)
    if named_in is None:
        return layers
    name = (layers[named_in].values.get("profile") or "").strip()
    if name not in profiles:
        known = f"It has: {', '.join(map(clean_line, profiles))}." if profiles else "It has none."
        raise SettingsError(f"There is no profile {clean_line(name)!r} in {path}. {known}")
    # Behind what names it; one that a flag or the user names now before the rest of these: it is about the profile.
    where = f"in the profile {clean_line(name)} of {path}"
    profile = Layer("profile", where, profiles[name], _lines_in(f"profiles.{name}", lines))
    layers.insert(max(named_in, min(named_in + 1, 2)), profile)
    return layers


def _given(value: str | None) -> bool:
    return bool(value and value.strip())


def _read_file(path: Path) -> _File:
    if not _is_there(path):
        return _File(path, {}, {}, {}, {})
    if path.is_dir():
        raise _unreadable(path, "it is a folder")
    _check_owner(path)
    # Only here, because most people have no config file and wait for the first frame.
    from tui.settings import config_text

    try:
        text = config_text.read_text(path)
        values = config_text.parse(text)
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error
    except (UnicodeDecodeError, config_text.ConfigTextError) as error:
        raise _unreadable(path, str(error)) from error
    tables, keys = values.pop("profiles", {}), values.pop("keys", {})
    if not _are_tables(tables):
        raise SettingsError(f"The profiles in {path} are no tables. One begins with a line [profiles.NAME].")
    lines = config_text.lines_of_names(text)
    profiles = {
        name: _known(table, OF_A_PROFILE, _lines_in(f"profiles.{name}", lines), path) for name, table in tables.items()
    }
    known = _known(values, FILE_SETTINGS, lines, path)
    return _File(path, known, profiles, _keys(keys, text, path), lines)


def _lines_in(table: str, lines: Mapping[str, int]) -> Mapping[str, int]:
    """The lines of the names in a table."""
    return {name.removeprefix(f"{table}."): line for name, line in lines.items() if name.startswith(f"{table}.")}


def _keys(table: object, text: str, path: Path) -> Mapping[str, str]:
    if not isinstance(table, dict):
        raise SettingsError(f"The keys in {path} are no table. It begins with a line [keys].")
    if not table:
        return {}
    from tui.keys.choice import KeyChoiceError, read_keys  # only here, because most people have the usual keys

    try:
        return read_keys(cast(dict[str, object], table), text)
    except KeyChoiceError as error:
        raise SettingsError(f"The keys in the config file {path} cannot be used: {error}") from error


def _is_there(path: Path) -> bool:
    """Whether a file is there. Raises `SettingsError` where that cannot be told."""
    try:
        return path.exists()
    except OSError as error:
        raise _unreadable(path, str(error.strerror)) from error


def _unreadable(path: Path, why: str) -> SettingsError:
    return SettingsError(
        f"The config file {clean_line(str(path), 300)} cannot be read: {clean_line(why)}. Mend it or remove it."
    )


def _are_tables(value: object) -> TypeGuard[dict[str, dict[str, object]]]:
    if not isinstance(value, dict):
        return False
    return all(isinstance(table, dict) for table in cast(dict[str, object], value).values())


def _known(
    values: Mapping[str, object], known: Collection[str], lines: Mapping[str, int], path: Path
) -> dict[str, str | None]:
    """The values of settings that there are. Raises `SettingsError`, which names the line of what is none."""
    places = {name: f" in line {lines[name]}" if name in lines else "" for name in values}
    for name in values:
        if name not in known:
            raise SettingsError(
                f"The config file {path} has the unknown setting {clean_line(name)!r}{places[name]}. "
                f"Known ones: {', '.join(sorted(known))}."
            )
    for name, value in values.items():
        # What is written as a hexadecimal number can have more digits than Python prints.
        if isinstance(value, (dict, list)) or (isinstance(value, int) and value.bit_length() > 64):
            raise SettingsError(f"The setting {name}{places[name]} of {path} is no text, and not true or false.")
    return {name: str(value) for name, value in values.items()}


def _check_owner(path: Path) -> None:
    """Raise `SettingsError` where others could have written the file: it says where the key goes."""
    if os.name != "posix":
        return
    status = path.stat()
    if status.st_uid not in (os.geteuid(), 0):
        raise SettingsError(f"The config file {path} belongs to another user, so it is not used. Remove it.")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SettingsError(f"Others can change the config file {path}, so it is not used. Run: chmod go-w '{path}'")


def _checked(settings: Settings, layer: Layer) -> Settings:
    given = {name: value.strip() for name, value in layer.values.items() if value and value.strip()}
    if "region" in given:
        given["region"] = given["region"].lower()
        if given["region"] not in REGIONS:
            raise SettingsError(
                f"The region {clean_line(given['region'])!r} {layer.where_is('region')} is unknown. "
                f"It is one of: {', '.join(REGIONS)}."
            )
    if "theme" in given and given["theme"] not in THEMES:
        raise SettingsError(
            f"The theme {clean_line(given['theme'])!r} {layer.where_is('theme')} is unknown. "
            f"It is one of: {', '.join(THEMES)}."
        )
    if "notify" in given and given["notify"] not in NOTIFY:
        raise SettingsError(
            f"The setting notify {layer.where_is('notify')} is {clean_line(given['notify'])!r}; "
            f"it is {' or '.join(NOTIFY)}."
        )
    truths = {name: _truth(name, given.pop(name), layer.where_is(name)) for name in TRUTHS if name in given}
    return replace(settings, **given, **truths)


def _truth(name: str, value: str, where: str) -> bool:
    if (truth := _TRUTH.get(value.lower())) is None:
        raise SettingsError(f"The setting {name} {where} is {clean_line(value)!r}; it is true or false.")
    return truth
