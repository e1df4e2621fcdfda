"""What `llamachat-tui NAME` does besides opening the app: one module each.

A module has `main(arguments) -> exit code`; those of this folder also have `parser()`, which describes the options.
"""

from collections.abc import Mapping, Sequence
from importlib import import_module

COMMANDS: Mapping[str, str] = {
    "serve": "tui.local.cli",
    "login": "tui.commands.login",
    "logout": "tui.commands.logout",
    "status": "tui.commands.status",
    "doctor": "tui.commands.doctor",
    "forget": "tui.commands.forget",
    "ask": "tui.commands.ask",
    "run": "tui.commands.run",
    "list": "tui.commands.list_sessions",
    "show": "tui.commands.show",
    "search": "tui.commands.search",
    "delete": "tui.commands.delete",
    "indexes": "tui.commands.indexes",
    "export": "tui.commands.export",
    "push": "tui.commands.push",
    "import": "tui.local.session_import",
    "config": "tui.commands.config",
    "completion": "tui.commands.completion",
    "man": "tui.commands.man",
}


def run_command(name: str, arguments: Sequence[str]) -> int:
    """Run a command by its name; its exit code. Only its own module is loaded, and what tells of failures."""
    from tui.commands.exit_code import exit_code_of

    return exit_code_of(lambda: import_module(COMMANDS[name]).main(list(arguments)))
