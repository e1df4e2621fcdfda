"""`llamachat-tui forget`: delete what is kept on this machine: sessions, drafts, questions, and the log."""

import sys

from tui.arguments import CommandParser
from tui.commands.agreeing import is_agreed
from tui.commands.exit_code import BadUseError
from tui.log import log_path
from tui.store.files import StoreError, files_of, store_path
from tui.store.store import Store


def parser() -> CommandParser:
    """The options of `forget`."""
    made = CommandParser(
        prog="llamachat-tui forget",
        description="Delete the sessions, drafts, questions and logs kept on this machine. "
        "Nothing on a server changes, and the API key stays: see `llamachat-tui logout`.",
    )
    made.add_argument("--yes", action="store_true", help="do not ask")
    return made


def main(arguments: list[str]) -> int:
    """Ask, unless `--yes` is given, and delete; the exit code. Raises `BadUseError` where that is not agreed to."""
    options = parser().parse_args(arguments)
    log = log_path()
    logs = [file for file in (log, log.with_name(f"{log.name}.1")) if file.exists()]
    kept = [*files_of(store_path()), *logs]
    if not kept:
        print(f"Nothing is kept in {log.parent}.")
        return 0
    if not options.yes and not is_agreed(f"Delete all that is kept in {log.parent}?"):
        raise BadUseError("Nothing was deleted. Say --yes to delete without being asked.")
    try:
        if store_path().exists():
            Store.open(store_path()).forget()
        for file in logs:
            file.unlink(missing_ok=True)
    except StoreError as error:
        print(f"llamachat-tui: Nothing was deleted. {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"llamachat-tui: Not all could be deleted. {error}", file=sys.stderr)
        return 1
    print(f"Deleted: {len(kept)} files in {log.parent}.")
    return 0
