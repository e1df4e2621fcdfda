"""The `llamachat-tui` command: parse arguments, dispatch, nothing else."""

import os
import sys
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

from tui.commands import COMMANDS, run
from tui.commands.options import app_parser
from tui.garbage import pause_collection
from tui.settings import Settings, SettingsError, config_path, load


def main() -> None:
    """Run the command and exit with its code: 0, 1 after a crash, 2 for arguments that cannot be used."""
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        sys.exit(run(arguments[0], arguments[1:]))
    sys.exit(_open_app(app_parser().parse_args(arguments)))


def _open_app(arguments: Namespace) -> int:
    flags = {name: getattr(arguments, name) for name in ("base_url", "region", "project", "organization", "theme")}
    try:
        settings = load(flags, os.environ, config_path())
        settings = replace(settings, local=_folders(arguments.local))
        return _run(settings, debug=arguments.debug)
    except SettingsError as error:
        print(f"llamachat-tui: {error}", file=sys.stderr)
        return 2


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
