"""The `llamachat-tui` command: parse arguments, dispatch, nothing else. See `tui.launch` for what comes before."""

import os
import shlex
import sys
from argparse import Namespace
from dataclasses import replace

from tui.commands import COMMANDS, run_command
from tui.commands.options import app_parser, folders_of, settings_with_flags
from tui.first_frame import FirstFrame
from tui.garbage import pause_collection
from tui.settings import Settings, SettingsError


def run(frame: FirstFrame | None = None) -> int:
    """Run the command; its exit code: 0, 1 after a crash, 2 for arguments that cannot be used.

    `frame` is what the terminal shows already, for the app to go on from.
    """
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        return run_command(arguments[0], arguments[1:])
    return _open_app(app_parser().parse_args(arguments), frame)


def _open_app(arguments: Namespace, frame: FirstFrame | None) -> int:
    names = ("base_url", "region", "project", "organization", "theme", "grounding", "allow_http", "profile")
    flags = {name: getattr(arguments, name) for name in names}
    if arguments.session is not None and not arguments.session.strip():
        return _refused("No session is named: the id behind --session is empty.", frame)
    try:
        settings = replace(settings_with_flags(flags), local=folders_of(arguments.local))
        if arguments.plain or os.environ.get("TERM") == "dumb":
            return _talk(settings, arguments.session)
        if problem := _terminal_problem():
            return _refused(problem, frame)
        return _run(settings, arguments, frame)
    except SettingsError as error:
        return _refused(str(error), frame)


def _talk(settings: Settings, session: str | None) -> int:
    from tui.commands.plain.talk import talk

    return talk(settings, session)


def _refused(problem: str, frame: FirstFrame | None) -> int:
    if frame is not None:
        frame.give_back()
    print(f"llamachat-tui: {problem}", file=sys.stderr)
    return 2


def _terminal_problem() -> str:
    """Why the app cannot be shown here, in a sentence; "" where it can."""
    for stream, name in ((sys.stdin, "input"), (sys.stderr, "error output")):
        if stream is None or not stream.isatty():
            return (
                f"The {name} is not a terminal, and the app reads its keys from one and draws on it. "
                "Start it in a terminal, without a pipe; over SSH with `ssh -t`. Without one, take --plain or `ask`."
            )
    if os.environ.get("TERM", "") == "unknown":
        return (
            "The terminal calls itself unknown (TERM), so text cannot be placed on its screen. "
            "Set TERM to what it is, such as xterm-256color, or start with --plain."
        )
    return ""


def _run(settings: Settings, arguments: Namespace, frame: FirstFrame | None) -> int:
    pause_collection()  # until the first frame
    for name in ("COLUMNS", "LINES"):  # believed over the terminal, which alone knows how large it is
        os.environ.pop(name, None)
    if not os.environ.get("NO_COLOR"):  # https://no-color.org: "when present and not an empty string"
        os.environ.pop("NO_COLOR", None)
    from tui import log
    from tui.app import LlamaChat

    log.start(debug=arguments.debug)
    app = LlamaChat(settings, arguments.session, frame)
    app.run()
    if (session_id := app.chat.open_id) is not None:
        switched_to = app.settings.profile if app.settings.profile != settings.profile else None
        print(f"To go on: {command_to_go_on(sys.argv[1:], session_id, switched_to)}")
    return app.return_code or 0


def command_to_go_on(arguments: list[str], session_id: str, profile: str | None = None) -> str:
    """The command line that opens a session, in the place that these arguments name, or in a profile switched to."""
    kept = list(arguments) if profile is None else ["--profile", profile]
    if "--session" in kept:
        at = kept.index("--session")
        del kept[at : at + 2]
    kept = [each for each in kept if each != "--continue" and not each.startswith("--session=")]
    return shlex.join(["llamachat-tui", "--session", session_id, *kept])
