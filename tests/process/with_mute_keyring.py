"""The program on a machine whose keyring is asked for a key, which makes the file that is named, and never answers."""

import sys
import threading
from pathlib import Path

import keyring

from tests.test_credentials import InMemory
from tui import app, credentials
from tui.command_line import run

ASKED = Path(sys.argv.pop())


class Mute(InMemory):
    __module__ = "keyring.backends.SecretService"

    def get_password(self, service: str, username: str) -> str | None:
        del service, username
        ASKED.touch()
        threading.Event().wait()


keyring.set_keyring(Mute())
credentials.READ_TIMEOUT = 3600.0
app.EXIT_TIMEOUT = 0.5
sys.exit(run())
