"""`llamachat-tui logout`: remove the API key that is kept on this machine."""

from tui import credentials
from tui.arguments import CommandParser
from tui.commands.options import base_url_of, server_command_parser, settings_of


def parser() -> CommandParser:
    """The options of `logout`."""
    return server_command_parser("logout", "Remove the API key that is kept on this machine.")


def main(arguments: list[str]) -> int:
    """Remove the key, and say what remains; the exit code."""
    options = parser().parse_args(arguments)
    settings = settings_of(options)
    for sentence in credentials.forget(credentials.key_place(base_url_of(settings), settings.profile)):
        print(sentence)
    return 0
