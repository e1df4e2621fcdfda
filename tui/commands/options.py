"""Which server a command is about, and how its errors are told."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable

from tui.api.connection import checked_base_url
from tui.api.errors import ApiError
from tui.api.regions import REGIONS
from tui.settings import Settings, SettingsError, config_path, load


def parser(name: str, description: str) -> ArgumentParser:
    """A parser that knows the options which name a server."""
    made = ArgumentParser(prog=f"llamachat-tui {name}", description=description)
    made.add_argument("--base-url", metavar="URL", help="another LlamaCloud server (LLAMA_CLOUD_BASE_URL)")
    made.add_argument("--region", choices=list(REGIONS), help="where the account is (LLAMA_CLOUD_REGION)")
    return made


def settings_of(options: Namespace) -> Settings:
    """The settings in force. Raises `SettingsError`."""
    return load({"base_url": options.base_url, "region": options.region}, os.environ, config_path())


def base_url_of(settings: Settings) -> str:
    """The address that a key is kept for, checked. Raises `ApiError`."""
    return checked_base_url(settings.cloud_url)


def exit_code_of(command: Callable[[], int]) -> int:
    """The exit code of a command; what went wrong is said on standard error: 2 for settings, 1 for all else."""
    try:
        return command()
    except SettingsError as error:
        print(f"llamachat-tui: {error}", file=sys.stderr)
        return 2
    except ApiError as error:
        print(f"llamachat-tui: {error.message}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, EOFError):
        print(file=sys.stderr)
        return 130
