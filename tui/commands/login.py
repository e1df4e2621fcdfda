"""`llamachat-tui login`: keep an API key on this machine.

The key is typed where nobody sees it, or read from standard input; never an argument, which every user of the machine
could read in the list of processes.
"""

import sys
from argparse import ArgumentParser
from getpass import getpass

from tui import credentials
from tui.api.connection import Connection, checked_key
from tui.commands.options import base_url_of, exit_code_of, server_command_parser, settings_of


def parser() -> ArgumentParser:
    """The options of `login`."""
    made = server_command_parser("login", "Keep an API key on this machine: typed here, or piped in on standard input.")
    made.add_argument(
        "--store",
        choices=["keyring", "file"],
        default="keyring",
        help="the system keyring, or a file that only you can read (0600): unencrypted, for machines without a keyring",
    )
    return made


def main(arguments: list[str]) -> int:
    """Keep the key; the exit code."""
    options = parser().parse_args(arguments)

    def login() -> int:
        base_url = base_url_of(settings_of(options))
        typed = getpass(f"API key for {base_url}: ") if sys.stdin.isatty() else sys.stdin.readline()
        key = checked_key(typed)
        keep = credentials.keep_in_keyring if options.store == "keyring" else credentials.keep_in_file
        if why := keep(base_url, key):
            print(f"llamachat-tui: The key was not kept. {why} (llamachat-tui login --store file)", file=sys.stderr)
            return 1
        place = "the system keyring" if options.store == "keyring" else str(credentials.key_file())
        print(f"The key {Connection(base_url, key).key_hint} is kept in {place}, for {base_url}.")
        return 0

    return exit_code_of(login)
