"""`llamachat-tui push`: bring a folder of this machine to a directory of LlamaCloud, and have an index read it."""

import asyncio
import os
import shlex
import subprocess
import sys
from argparse import Namespace
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tui.api.directories import DirectoryClient
from tui.api.errors import ApiError, ConfigurationError, ConflictError
from tui.api.models import Index, SourceDirectory, SourceFile
from tui.arguments import CommandParser
from tui.commands.agreeing import is_agreed
from tui.commands.connecting import connected
from tui.commands.headless.interrupting import run_until_interrupted
from tui.commands.options import project_command_parser, settings_of
from tui.counts import counted
from tui.lazy_dataclass import dataclass
from tui.sanitize import clean_line
from tui.settings import Settings
from tui.workspace.push.files import LeftOut, LocalFile, UnreadableFile, files_in
from tui.workspace.push.plan import PushPlan, planned
from tui.workspace.push.sending import NotTaken, Sender

MAX_NAMED = 20
"""So many names are listed of the files that would be deleted."""
MAX_LEFT_OUT = 5
"""So many are named of what is never sent."""


@dataclass(frozen=True, slots=True)
class _Target:
    """Where the files go: the directory and the index, None for one that is still to be made."""

    name: str
    server: str
    directory: SourceDirectory | None
    index: Index | None
    files: Sequence[SourceFile]


@dataclass(frozen=True, slots=True)
class _Result:
    """What came of a push: the session that was made to ask the index, "" where none was, and whether all was taken."""

    session_id: str = ""
    is_whole: bool = True


def parser() -> CommandParser:
    """The options of `push`."""
    made = project_command_parser(
        "push",
        "Upload what is new or changed in a folder to LlamaCloud, and make or sync an index over it. "
        "Hidden files, and those that a .gitignore names, stay here.",
    )
    made.add_argument("folder", metavar="DIR", type=Path, help="the folder whose files are sent")
    made.add_argument(
        "--index", metavar="NAME", help="the name of the directory and of the index (default: DIR's name)"
    )
    made.add_argument("--delete", action="store_true", help="delete there what was pushed before and is gone here")
    made.add_argument("--yes", action="store_true", help="do not ask before anything is sent")
    return made


def main(arguments: list[str]) -> int:
    """Send the folder; the exit code: 1 where a file was not taken, or nothing was sent."""
    options = parser().parse_args(arguments)
    settings = settings_of(options)
    folder = _folder(options.folder)
    result = run_until_interrupted(_pushed(settings, options, folder))
    if result.session_id:
        return _open_session(arguments, result.session_id)
    return 0 if result.is_whole else 1


def _folder(given: Path) -> Path:
    folder = Path(os.path.expanduser(given))
    if not folder.is_dir():
        raise ConfigurationError(f"There is no folder {clean_line(str(given))}. Check the name.")
    return folder.resolve()


async def _pushed(settings: Settings, options: Namespace, folder: Path) -> _Result:
    backend = await connected(settings)
    try:
        client = await DirectoryClient.connect(backend.client.connection)
    finally:
        await backend.close()
    try:
        return await _push(client, options, folder)
    finally:
        await client.aclose()


async def _push(client: DirectoryClient, options: Namespace, folder: Path) -> _Result:
    _progress("Reading the folder …")
    found = await asyncio.to_thread(_listed, folder)
    _progress("")
    local = [file for file in found if isinstance(file, LocalFile)]
    unreadable = [file for file in found if isinstance(file, UnreadableFile)]
    _tell_unsent(unreadable, [file for file in found if isinstance(file, LeftOut)])
    target = await _target(client, clean_line(options.index or folder.name).strip() or "documents")
    plan = planned(local, target.files)
    if not local and not (plan.gone and options.delete):
        raise ConfigurationError(f"{folder} has no file that could be sent.")
    _tell(plan, target, folder, delete=options.delete)
    if not (options.yes or is_agreed("Send them?" if plan.to_send else "Go on?")):
        _say("Nothing was sent." if sys.stdin.isatty() else "Nothing was sent: --yes is needed without a terminal.")
        return _Result(is_whole=False)
    directory = target.directory or await client.create_directory(target.name)
    with _going_on("What was taken is there."):
        refused = await _send(client, directory, plan)
        for file in [*plan.stale, *(plan.gone if options.delete else ())]:
            await client.delete_file(directory.id, file.id)
    with _going_on(
        f"{'What was taken is' if refused else 'All files are'} there; the index is not made or synced yet."
    ):
        index = await _synced(client, directory, target)
    _say(
        f"Sent: {counted(len(plan.to_send) - refused, 'file')}. The index {index.name} ({index.id}) is being read anew."
    )
    session_id = "" if options.yes else await _session(client, index)
    return _Result(session_id, is_whole=not refused and not unreadable)


@contextmanager
def _going_on(what_is_there: str) -> Generator[None]:
    """Where the server ends the push: say what is there by then, and that nothing has to be begun anew."""
    try:
        yield
    except ApiError:
        _progress("")
        _say(f"{what_is_there} The same command goes on from here.")
        raise


def _tell_unsent(unreadable: Sequence[UnreadableFile], left_out: Sequence[LeftOut]) -> None:
    for file in unreadable:
        _say(f"Not sent: {clean_line(file.name)}: {file.why}.")
    for file in left_out[:MAX_LEFT_OUT]:
        _say(f"Left out: {clean_line(file.name)}: {file.why}.")
    if len(left_out) > MAX_LEFT_OUT:
        _say(f"Left out as well: {len(left_out) - MAX_LEFT_OUT:,} more that are empty, links or no files.")


def _listed(folder: Path) -> Sequence[LocalFile | UnreadableFile | LeftOut]:
    try:
        return list(files_in(folder))
    except OSError as error:
        raise ConfigurationError(f"{clean_line(str(folder))} cannot be listed: {error.strerror}.") from error


async def _target(client: DirectoryClient, name: str) -> _Target:
    """The directory of this name with its index; of several, the first that an index is made over."""
    directories = await client.directories(name)
    chosen, index = (directories[0] if directories else None), None
    for directory in directories:
        if indexes := await client.indexes_over(directory.id):
            chosen, index = directory, next((index for index in indexes if index.name == name), indexes[0])
            break
    files = await client.source_files(chosen.id) if chosen else ()
    return _Target(name, client.connection.host, chosen, index, files)


def _tell(plan: PushPlan, target: _Target, folder: Path, *, delete: bool) -> None:
    """Say what leaves the machine, and what is done there."""
    where = f"the directory {target.name}" if target.directory else f"a new directory {target.name}"
    index = f"the index {target.index.name}" if target.index else f"a new index {target.name}"
    _say(f"{clean_line(str(folder))} → {target.server}, into {where}, for {index}")
    _say(f"To send: {counted(len(plan.to_send), 'file')}, {_size(plan.size)}; {plan.unchanged} are there already.")
    if plan.changed:
        _say(f"Of these, {counted(len(plan.changed), 'file')} changed: the older versions there are replaced.")
    if plan.others:
        _say(f"The directory has {counted(plan.others, 'file')} that no push put there; nothing is done to them.")
    if plan.gone and not delete:
        _say(f"Gone here, and left alone there: {counted(len(plan.gone), 'file')}. --delete would delete what is gone.")
    if plan.gone and delete:
        names = ", ".join(file.display_name for file in plan.gone[:MAX_NAMED])
        more = f" and {len(plan.gone) - MAX_NAMED} more" if len(plan.gone) > MAX_NAMED else ""
        _say(f"To delete there, because they are gone here: {names}{more}.")


async def _send(client: DirectoryClient, directory: SourceDirectory, plan: PushPlan) -> int:
    """Send the files of the plan, and tell how far that is; how many were not taken."""
    done = sent_bytes = refused = 0
    total = len(plan.to_send)
    async for outcome in Sender(client, directory.id).send(plan.to_send):
        done, sent_bytes = done + 1, sent_bytes + outcome.file.size
        if isinstance(outcome, NotTaken):
            refused += 1
            _progress("")
            _say(f"Not taken: {clean_line(outcome.file.name)}: {outcome.why}")
        _progress(f"{done} of {total} files, {_size(sent_bytes)} of {_size(plan.size)}" if done < total else "")
    return refused


async def _synced(client: DirectoryClient, directory: SourceDirectory, target: _Target) -> Index:
    """The index over the directory, which is being read: a new one is by itself."""
    if target.index is None:
        return await client.create_index_over(directory.id, target.name)
    try:
        await client.sync_index(target.index.id)
    except ConflictError:
        _say("The index was being read already. Push once more when that has ended, so that it misses nothing.")
    return target.index


async def _session(client: DirectoryClient, index: Index) -> str:
    """A session on the index, where one is wanted now."""
    if is_agreed("Ask it now?"):
        return (await client.create_session([index.id])).session_id
    return ""


def _open_session(arguments: Sequence[str], session_id: str) -> int:
    """Open the app on a session of the server that the files were sent to; its exit code."""
    kept = parser().parse_args(list(arguments))
    given = {"--base-url": kept.base_url, "--region": kept.region, "--project": kept.project}
    given |= {"--organization": kept.organization}
    flags = [word for flag, value in given.items() if value for word in (flag, value)]
    flags += ["--allow-http"] if kept.allow_http else []
    _say(f"To come back to it: {shlex.join(['llamachat-tui', '--session', session_id, *flags])}")
    return subprocess.call([sys.executable, "-P", "-m", "tui", "--session", session_id, *flags])


def _progress(words: str) -> None:
    """Write over the line of progress, where standard error is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words}", end="", file=sys.stderr, flush=True)


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"


def _say(words: str) -> None:
    print(words, file=sys.stderr)
