"""`llamachat-tui status`: which key is used, and where it was found. Nothing is sent."""

import os
from collections.abc import Mapping

from tui import credentials
from tui.api.connection import Connection
from tui.arguments import CommandParser
from tui.commands.options import base_url_of, login_command, server_command_parser, settings_of


def parser() -> CommandParser:
    """The options of `status`."""
    return server_command_parser("status", "Say which API key is used, by its last four characters.")


def main(arguments: list[str]) -> int:
    """Say which key is used; the exit code, 1 where there is none."""
    options = parser().parse_args(arguments)
    settings = settings_of(options)
    base_url, profile = base_url_of(settings), settings.profile
    print(f"Server: {base_url}")
    hint, why = hint_of(base_url, profile=profile)
    advice = f"Run `{login_command(settings)}`, or set LLAMA_CLOUD_API_KEY."
    print(f"Key: {hint}" if hint else f"No key. {why or advice}")
    is_set = any(os.environ.get(name) for name in credentials.ENVIRONMENT)
    if is_set and (stored := hint_of(base_url, {}, profile)[0]) and stored != hint:
        print(f"Not used, because the environment wins: {stored}")
    return 0 if hint else 1


def hint_of(base_url: str, environ: Mapping[str, str] = os.environ, profile: str | None = None) -> tuple[str, str]:
    """The end of the key and its source, "" where there is none; and then why, where that is known."""
    found = credentials.find(base_url, environ, profile)
    if isinstance(found, credentials.Absent):
        return "", found.why
    return Connection(base_url, found.key, key_source=found.source).key_hint, ""
