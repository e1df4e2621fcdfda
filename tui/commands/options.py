"""The options of the command line, and what all commands do with theirs.

Loaded before the first frame, so that checking an address, which loads pydantic, is done only where it is asked for.
"""

import os
import shlex
from argparse import Action, ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tui.api.regions import REGIONS
from tui.arguments import CommandParser
from tui.commands import COMMANDS
from tui.sanitize import clean_line, is_well_formed
from tui.settings import ENVIRONMENT, LAST_SESSION, Settings, SettingsError, config_to_read, load


def app_parser() -> CommandParser:
    """The options of `llamachat-tui` without a command: those that open the app."""
    parser = CommandParser(
        prog="llamachat-tui",
        description="Research your documents by chatting with LlamaCloud's agent, or with your own folders.",
        epilog=f"Commands: {', '.join(COMMANDS)}; `llamachat-tui serve --help` tells about one.",
    )
    parser.add_argument("--version", action=_SayVersion, nargs=0, help="show program's version number and exit")
    parser.on_more = "`llamachat-tui --help` lists the commands and the flags."
    add_local(parser)
    going_on = parser.add_mutually_exclusive_group()
    going_on.add_argument("--session", metavar="ID", help='open this session; "last" is the one that was open last')
    going_on.add_argument(
        "--continue", dest="session", action="store_const", const=LAST_SESSION, help="open the session last open"
    )
    _add_server(parser)
    _add_project(parser)
    parser.add_argument("--debug", action="store_true", help="tell more in the log (never questions, answers or keys)")
    parser.add_argument(
        "--plain", action="store_true", help="lines in and lines out, for screen readers; by itself where TERM is dumb"
    )
    parser.add_argument(
        "--theme", metavar="NAME", help="a colour theme: auto, llama-dark, llama-light, or one of Textual's"
    )
    parser.add_argument("--grounding", metavar="on|off", help="underline what stands in no evidence (default: on)")
    return parser


def server_command_parser(name: str, description: str, epilog: str | None = None) -> CommandParser:
    """The options of a command that is about a server: those that name it."""
    parser = CommandParser(prog=f"llamachat-tui {name}", description=description, epilog=epilog)
    _add_server(parser)
    return parser


def project_command_parser(name: str, description: str, epilog: str | None = None) -> CommandParser:
    """The options of a command that is about a server's project: those that name both."""
    parser = server_command_parser(name, description, epilog)
    _add_project(parser)
    return parser


def add_local(parser: ArgumentParser, advice: str = "") -> None:
    """Add the option that answers from folders of this machine. `advice` is told at the end of its help."""
    parser.add_argument(
        "--local",
        nargs="*",
        metavar="DIR",
        type=Path,
        help=f"no account: answer from these folders on this machine (none given: from the app's own manual){advice}",
    )


def add_library(parser: ArgumentParser) -> None:
    """Add the option for what the sessions of this machine's folders are about, whichever folders they are."""
    parser.add_argument(
        "--local",
        action=_MeanLibrary,
        nargs=0,
        default=False,
        help="sessions of this machine's own folders, without an account",
    )


def folders_of(given: Sequence[Path] | None) -> tuple[Path, ...] | None:
    """The folders that were given with `--local`, None where it was not. Raises `SettingsError`."""
    if given is None:
        return None
    folders = [Path(os.path.expanduser(folder)) for folder in given]
    for folder in folders:
        if not folder.is_dir() and not _is_kept(folder):
            raise SettingsError(
                f"There is no folder {clean_line(str(folder))}. Check the name, or leave it out to open the manual."
            )
        if not is_well_formed(str(folder.resolve())):
            raise SettingsError(
                f"The name of the folder {clean_line(str(folder))} is not UTF-8, so it cannot be kept. Rename it."
            )
    return tuple(folder.resolve() for folder in folders)


def _is_kept(folder: Path) -> bool:
    """Whether a folder that is away was read before: then it is its disk that is not connected."""
    from tui.workspace.embedded_server import keeps_documents_of

    return not folder.exists() and keeps_documents_of(folder)


def show_command(options: Namespace, session_id: str) -> str:
    """The command line that prints a session of the server, profile and project that a command was called for."""
    flags = _written(vars(options), ("profile", "base_url", "region", "project", "organization", "allow_http"))
    return shlex.join(
        ["llamachat-tui", "show", session_id, *flags, *(["--local"] if options.local is not None else [])]
    )


def login_command(settings: Settings, *more: str) -> str:
    """The command line that keeps a key for the server and profile that a command was called for."""
    flags = _written(settings.flags, ("profile", "base_url", "region", "allow_http"))
    return clean_line(shlex.join(["llamachat-tui", "login", *more, *flags]))


def _written(given: Mapping[str, str | None], names: Sequence[str]) -> Sequence[str]:
    """The flags of these names as they are written on a command line, of those that were given."""
    words: list[str] = []
    for name in names:
        if (value := given.get(name)) is not None:
            words += [f"--{name.replace('_', '-')}", *([] if name == "allow_http" else [value])]
    return words


def _add_server(parser: ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="NAME", help="a profile of the config file (LLAMACHAT_PROFILE)")
    parser.add_argument("--base-url", metavar="URL", help="another LlamaCloud server (LLAMA_CLOUD_BASE_URL)")
    parser.add_argument(
        "--allow-http",
        action="store_const",
        const="true",
        help="let the key go unencrypted to a server of a private network (LLAMACHAT_ALLOW_HTTP)",
    )
    parser.add_argument("--region", choices=list(REGIONS), help="where the account is (LLAMA_CLOUD_REGION)")


def _add_project(parser: ArgumentParser) -> None:
    parser.add_argument("--project", metavar="ID", help="the project to work in (LLAMA_CLOUD_PROJECT_ID)")
    parser.add_argument("--organization", metavar="ID", help="its organization (LLAMA_CLOUD_ORGANIZATION_ID)")


class _SayVersion(Action):
    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # takes as long to load as all the rest of this module

        parser.exit(message=f"{parser.prog} {version('llamachat-tui')}\n")


class _MeanLibrary(Action):
    def __call__(self, parser: ArgumentParser, namespace: Namespace, *_: object) -> None:
        setattr(namespace, self.dest, True)
        if isinstance(parser, CommandParser):
            parser.on_more = (
                f"`{parser.prog} --local` is about all folders, so it takes none. "
                "To open one: `llamachat-tui --local DIR`."
            )


def settings_of(options: Namespace) -> Settings:
    """The settings in force for a command. Raises `SettingsError`."""
    names = ("base_url", "region", "allow_http", "project", "organization", "profile")
    return settings_with_flags({name: getattr(options, name, None) for name in names})


def settings_with_flags(flags: Mapping[str, str | None]) -> Settings:
    """The settings in force where these were given on the command line. Raises `SettingsError`."""
    given = {f"--{name.replace('_', '-')}": value for name, value in flags.items()}
    for where, value in (given | {variable: os.environ.get(variable) for variable in ENVIRONMENT.values()}).items():
        if value and not is_well_formed(value):  # Python reads a byte that is no UTF-8 as half of a character
            raise SettingsError(f"What {where} gives cannot be read: it is not written in UTF-8. Write it anew.")
    return load(flags, os.environ, config_to_read())


def library_settings(options: Namespace) -> Settings:
    """The settings in force for a command about sessions. Raises `SettingsError`."""
    settings = settings_of(options)
    return settings.with_folders(()) if options.local else settings


def settings_with_folders(options: Namespace) -> Settings:
    """The settings in force for a command that takes folders of this machine. Raises `SettingsError`."""
    return replace(settings_of(options), local=folders_of(options.local))


def base_url_of(settings: Settings) -> str:
    """The address that a key is kept for, checked. Raises `ApiError`."""
    from tui.api.connection import checked_base_url

    return checked_base_url(settings.cloud_url, allow_http=settings.allow_http)
