"""The `llamachat-tui` command: parse arguments, dispatch, nothing else."""

import os
import sys
from argparse import Action, ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path

from tui.api.regions import REGIONS
from tui.commands import COMMANDS, run
from tui.garbage import pause_collection
from tui.settings import Settings, SettingsError, config_path, load


def main() -> None:
    """Run the command and exit with its code: 0, 1 after a crash, 2 for arguments that cannot be used."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        sys.exit(run(arguments[0], arguments[1:]))
    sys.exit(_open_app(_parser().parse_args(arguments)))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="llamachat-tui",
        description="Research your documents by chatting with LlamaCloud's agent, or with your own folders.",
        epilog=f"Commands: {', '.join(COMMANDS)}; `llamachat-tui serve --help` tells about one.",
    )
    parser.add_argument("--version", action=_SayVersion, nargs=0, help="show program's version number and exit")
    parser.add_argument(
        "--local",
        nargs="*",
        metavar="DIR",
        type=Path,
        help="no account: answer from these folders on this machine (none given: from the app's own manual)",
    )
    parser.add_argument("--base-url", metavar="URL", help="another LlamaCloud server (LLAMA_CLOUD_BASE_URL)")
    parser.add_argument("--region", choices=list(REGIONS), help="where the account is (LLAMA_CLOUD_REGION)")
    parser.add_argument("--project", metavar="ID", help="the project to work in (LLAMA_CLOUD_PROJECT_ID)")
    parser.add_argument("--organization", metavar="ID", help="its organization (LLAMA_CLOUD_ORGANIZATION_ID)")
    parser.add_argument("--debug", action="store_true", help="tell more in the log (never questions, answers or keys)")
    parser.add_argument("--theme", metavar="NAME", help="a colour theme: llama-dark, llama-light, or one of Textual's")
    return parser


class _SayVersion(Action):
    def __call__(self, parser: ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # takes as long to load as all the rest of this module

        parser.exit(message=f"{parser.prog} {version('llamachat-tui')}\n")


def _open_app(arguments: Namespace) -> int:
    flags = {name: getattr(arguments, name) for name in ("base_url", "region", "project", "organization", "theme")}
    try:
        settings = load(flags, os.environ, config_path())
        settings = replace(settings, local=_folders(arguments.local))
    except SettingsError as error:
        print(f"llamachat-tui: {error}", file=sys.stderr)
        return 2
    return _run(settings, debug=arguments.debug)


def _folders(given: list[Path] | None) -> tuple[Path, ...] | None:
    for folder in given or ():
        if not folder.expanduser().is_dir():
            raise SettingsError(f"There is no folder {folder}. Check the name, or leave it out to open the manual.")
    return None if given is None else tuple(folder.expanduser().resolve() for folder in given)


def _run(settings: Settings, *, debug: bool) -> int:
    pause_collection()  # until the first frame
    from tui import log
    from tui.app import LlamaChat

    log.start(debug=debug)
    app = LlamaChat(settings)
    app.run()
    return app.return_code or 0


if __name__ == "__main__":
    main()
