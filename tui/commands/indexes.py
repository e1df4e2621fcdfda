"""`llamachat-tui indexes`: the indexes that can be asked."""

from argparse import Namespace
from dataclasses import asdict

from tui.api.models import Index
from tui.arguments import CommandParser
from tui.commands.exit_code import ExitCode
from tui.commands.headless.asker import asker
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.headless.output import StepLine, as_json, put_out, say
from tui.commands.options import add_local, project_command_parser, settings_with_folders
from tui.sanitize import clean_line


def parser() -> CommandParser:
    """The options of `indexes`."""
    made = project_command_parser("indexes", "List the indexes: id, state and name, between tabs.")
    add_local(made)
    made.add_argument("--json", action="store_true", help="print a JSON object on each line")
    return made


def main(arguments: list[str]) -> int:
    """List the indexes; the exit code, 1 where there is none."""
    options = parser().parse_args(arguments)
    return run_until_interrupted(_listed(options))


async def _listed(options: Namespace) -> int:
    async with asker(settings_with_folders(options), StepLine()) as asking:
        indexes = await asking.indexes()
        if options.json:
            indexes = [await asking.client.index(index.id) if index.folder else index for index in indexes]
    if not indexes:
        say("There are no indexes yet.")
    put_out("".join(map(_as_json if options.json else _as_text, indexes)))
    return ExitCode.ANSWERED if indexes else ExitCode.NOTHING_FOUND


def _as_text(index: Index) -> str:
    return "\t".join(map(clean_line, (index.id, index.status or "-", index.name))) + "\n"


def _as_json(index: Index) -> str:
    synced = index.last_synced_at
    value = {
        "id": index.id,
        "name": index.name,
        "status": index.status,
        "error": index.error_message,
        "files": index.files,
        "skipped_files": index.skipped_files,
        "skipped": [asdict(document) for document in index.skipped],
        "remarks": [asdict(document) for document in index.remarks],
        "last_synced_at": synced.isoformat() if synced else None,
        "folder": index.folder,
    }
    return f"{as_json(value)}\n"
