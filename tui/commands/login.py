"""`llamachat-tui login`: keep an API key on this machine.

The key is typed where nobody sees it, or read from standard input; never an argument, which every user of the machine
could read in the list of processes.
"""

import os
import sys
from getpass import getpass

from pydantic import SecretStr

from tui import credentials
from tui.api.client import Client
from tui.api.connection import Connection, checked_key, connection_from
from tui.api.errors import ApiError, KeyRefusedError
from tui.arguments import CommandParser
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.options import base_url_of, login_command, server_command_parser, settings_of
from tui.settings import Settings


def parser() -> CommandParser:
    """The options of `login`."""
    made = server_command_parser("login", "Keep an API key on this machine: typed here, or piped in on standard input.")
    made.add_argument(
        "--store",
        choices=["keyring", "file"],
        default="keyring",
        help="the system keyring, or a file that only you can read (0600): unencrypted, for machines without a keyring",
    )
    made.add_argument(
        "--no-check", action="store_true", help="keep the key without asking the server whether it is one"
    )
    return made


def main(arguments: list[str]) -> int:
    """Keep the key; the exit code."""
    options = parser().parse_args(arguments)
    settings = settings_of(options)
    base_url = base_url_of(settings)
    in_keyring = options.store == "keyring"
    if why := credentials.keyring_problem() if in_keyring else credentials.file_problem():
        return _not_kept(why, settings, in_keyring=in_keyring)
    typed = getpass(f"API key for {base_url}: ") if sys.stdin.isatty() else sys.stdin.readline()
    key = checked_key(typed)
    if not options.no_check and (why := run_until_interrupted(_refusal(settings, key))):
        print(f"llamachat-tui: The key was not kept. {why}", file=sys.stderr)
        return 1
    keep = credentials.keep_in_keyring if in_keyring else credentials.keep_in_file
    if why := keep(credentials.key_place(base_url, settings.profile), key):
        return _not_kept(why, settings, in_keyring=in_keyring)
    place = "the system keyring" if in_keyring else str(credentials.key_file())
    print(f"The key {Connection(base_url, key).key_hint} is kept in {place}, for {base_url}.")
    return 0


def _not_kept(why: str, settings: Settings, *, in_keyring: bool) -> int:
    instead = f" ({login_command(settings, '--store', 'file')})" if in_keyring else ""
    print(f"llamachat-tui: The key was not kept. {why}{instead}", file=sys.stderr)
    return 1


async def _refusal(settings: Settings, key: SecretStr) -> str | None:
    """Why the server does not take the key, or cannot be asked; None where it answers."""
    try:
        client = await Client.connect(
            connection_from(
                os.environ,
                base_url=settings.cloud_url,
                project_id=settings.project,
                organization_id=settings.organization,
                api_key=key,
                key_source="what was typed",
                allow_http=settings.allow_http,
            )
        )
        try:
            await client.sessions(page_size=1)
        finally:
            await client.aclose()
    except KeyRefusedError as error:
        return error.message
    except ApiError as error:
        return f"{error.message} To keep it all the same: {login_command(settings, '--no-check')}"
    return None
