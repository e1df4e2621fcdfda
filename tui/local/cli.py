"""`llamachat-tui serve`: the command line of the embedded server."""

import argparse
import errno
import json
import os
import secrets
import shlex
import socket
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.arguments import CommandParser
from tui.local.server_key import KEY_VARIABLE, ServerKeyError, given_key
from tui.loopback import is_loopback
from tui.sanitize import clean_line, is_well_formed

if TYPE_CHECKING:
    from tui.local.agents.agent import Agent
    from tui.local.agents.llm_settings import LlmSettings
    from tui.local.embeddings.settings import EmbeddingSettings

MAX_SENTENCE_CHARS = 9000
"""Of why the server does not start: two whole paths fit."""


class UsageError(Exception):
    """The server cannot start as asked; the message says why, for the user."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What is printed when the server accepts connections."""

    base_url: str
    api_key: str
    index_names: Sequence[str]
    is_local: bool = True
    """Whether only this machine reaches the server."""
    warnings: Sequence[str] = ()
    """What the user should know, in sentences: what of theirs goes to others, and which folder is away."""

    def as_env(self) -> str:
        """Two assignments for a shell, which the official clients read."""
        return (
            f"export LLAMA_CLOUD_BASE_URL={shlex.quote(self.base_url)} LLAMA_CLOUD_API_KEY={shlex.quote(self.api_key)}"
        )

    def as_json(self) -> str:
        """One line for a program."""
        return json.dumps({"base_url": self.base_url, "api_key": self.api_key, "warnings": self.warnings})

    def as_text(self) -> str:
        """A few lines for a person."""
        exposed = "Other machines reach it over plain http: whoever is on the way can read the key and the documents.\n"
        return (
            f"Serving {', '.join(self.index_names)}\n"
            f"  base URL  {self.base_url}\n"
            f"  API key   {self.api_key}\n"
            f"{'' if self.is_local else exposed}"
            "For other clients: llamachat-tui serve --env prints both as a line for the shell. Ctrl+C ends the server."
        )


def parser() -> CommandParser:
    """The options of `serve`."""
    made = CommandParser(
        prog="llamachat-tui serve",
        description="Serve the chat API over your own folders. Without a folder, the manual is served.",
        epilog=f"The API key is random for each start, unless {KEY_VARIABLE} or --api-key-file gives it.",
    )
    made.add_argument("folders", nargs="*", type=Path, metavar="DIR", help="a folder of documents: one index")
    made.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    made.add_argument("--port", type=int, default=0, help="port to listen on (default: one that is free)")
    form = made.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print base_url, api_key and warnings as one line of JSON")
    form.add_argument("--env", action="store_true", help="print them as a line for a shell, for other clients to use")
    made.add_argument("--api-key-file", type=Path, metavar="FILE", help="read the API key from this file, or pipe")
    made.add_argument("--until-stdin-closes", action="store_true", help=argparse.SUPPRESS)
    made.add_argument("--keeps", type=Path, metavar="DIR", help=argparse.SUPPRESS)
    return made


def _listen(host: str, port: int) -> socket.socket:
    """A socket that already accepts connections. Raises `UsageError`."""
    if not 0 <= port <= 65535:
        raise UsageError(f"{port} is not a port; a port is a number from 0 to 65535.")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=128)
    except UnicodeError:
        raise UsageError(f"{host} is no name of a host. Give a name or an address as --host.") from None
    except OSError as error:
        reason = "another program uses it" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
        raise UsageError(
            f"Cannot listen on {host} port {port}: {reason}. Choose another --port, or 0 for any."
        ) from None
    # Small events must not wait for the client's acknowledgement (40 ms). asyncio sets this only on sockets that name
    # their protocol, which those of `create_server` do not; accepted connections inherit it from the listener.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _check_folders(folders: Sequence[Path]) -> Sequence[str]:
    """What is to be told of folders that are away. Raises `UsageError` for the first one that cannot be served."""
    from tui.local.library.files import has_documents

    away: list[str] = []
    for folder in folders:
        if _is_kept_while_away(folder):
            away.append(
                f"{clean_line(str(folder))} is away: its disk may not be connected. Its documents are kept, and "
                "searched as they were read; it is read again by itself once it is back."
            )
        elif not folder.exists():
            raise UsageError(f"There is no folder {folder}.")
        elif not folder.is_dir():
            raise UsageError(f"{folder} is a file; give the folder that it is in.")
        elif not is_well_formed(str(folder.resolve())):
            raise UsageError(f"The name of the folder {folder} is not UTF-8, so it cannot be kept. Rename it.")
        elif not has_documents(folder):
            raise UsageError(f"{folder} has no document that can be read.")
    return away


def _is_kept_while_away(folder: Path) -> bool:
    """Whether a folder has no documents because its disk is away, and what was read from it is kept."""
    from tui.local.library.database import LibraryDatabase, data_folder
    from tui.local.library.files import has_documents
    from tui.local.library.folders import folders_of
    from tui.local.library.index_state import is_away

    if folder.exists() and (not folder.is_dir() or has_documents(folder)):
        return False
    (served,) = folders_of([folder])
    library = data_folder()
    if not (library / f"{served.index_id}.sqlite3").exists():
        return False
    return is_away(LibraryDatabase(library).index(served.index_id), served.path)


def _url(host: str, port: int) -> str:
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


class _Models(NamedTuple):
    """What answers, and what finds by meaning where that is configured; `warnings`: what goes to others for it."""

    agent: "Agent"
    embedding: "EmbeddingSettings | None"
    warnings: Sequence[str]


def _models() -> _Models:
    """The models that the environment names. Raises `UsageError`."""
    from tui.local.agents.llm_settings import llm_settings
    from tui.local.embeddings.settings import embedding_settings
    from tui.local.model_endpoint import ModelSettingsError, model_endpoint

    try:
        model, embedding = llm_settings(os.environ), embedding_settings(os.environ)
        endpoint = model_endpoint(os.environ)
    except ModelSettingsError as error:
        raise UsageError(str(error)) from None
    told = endpoint.shows_key if endpoint else "", embedding.sends_documents if embedding else ""
    return _Models(_agent(model), embedding, [warning for warning in told if warning])


def _agent(model: "LlmSettings | None") -> "Agent":
    if model:
        from tui.local.agents.llm_agent import LlmAgent

        return LlmAgent(model)
    from tui.local.agents.extractive import ExtractiveAgent

    return ExtractiveAgent()


def _key_of(options: argparse.Namespace, *, local: bool) -> str:
    """The key that was given, or a random one for a server that only this machine reaches.

    Raises `UsageError` and `ServerKeyError`.
    """
    given = given_key(options.api_key_file)
    if not local and given is None:
        raise UsageError(
            f"To listen on {options.host}, where other machines can reach it, the server needs a key of your own: "
            f"set {KEY_VARIABLE} or give --api-key-file."
        )
    return given or f"llx-local-{secrets.token_urlsafe(32)}"


def serve(options: argparse.Namespace) -> None:
    """Run the server until it is told to end. Raises as `_key_of`, and what `LibraryDatabase` raises."""
    local = is_loopback(options.host)
    key = _key_of(options, local=local)
    folders = [folder.expanduser() for folder in options.folders]
    away, models = _check_folders(folders), _models()
    warnings = [*away, *models.warnings]
    for warning in () if options.json else warnings:
        print(f"llamachat-tui serve: {warning}", file=sys.stderr)

    from tui.local.library.database import LibraryDatabase, data_folder

    database, listener = LibraryDatabase(data_folder()), _listen(options.host, options.port)

    from tui.local.app import build
    from tui.local.library.folders import folders_of, manual_folder
    from tui.local.progress import ProgressLine
    from tui.local.runner import run

    served = folders_of(folders) or (manual_folder(Path(str(files("tui.manual")))),)
    app = build(database, served, key, models.agent, embedding=models.embedding, loopback_only=local)
    serving, supervisor = app.state.folders, app.state.supervisor
    names = [folder.name for folder in serving.by_id.values()]
    ready = Ready(_url(options.host, listener.getsockname()[1]), key, names, local, warnings)
    is_for_person = not (options.json or options.env)
    line = ProgressLine(serving, supervisor, sys.stderr) if sys.stderr.isatty() and is_for_person else None

    def tell() -> None:
        print(ready.as_json() if options.json else ready.as_env() if options.env else ready.as_text(), flush=True)
        if line:
            line.start()

    try:
        run(app, listener, tell, until_stdin_closes=options.until_stdin_closes)
    finally:
        if line:
            line.end()


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code: 0, or 2 with one sentence on stderr when it cannot start."""
    from tui.local.library.database import LibraryError

    options = parser().parse_args(sys.argv[1:] if argv is None else argv)
    try:
        if options.keeps is not None:
            return 0 if _is_kept_while_away(options.keeps) else 1
        serve(options)
    except (UsageError, ServerKeyError) as error:
        return _refused(str(error))
    except (LibraryError, sqlite3.Error) as error:
        return _refused(f"The library cannot be opened: {error}")
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return _refused(f"The library cannot be opened: {where}{error.strerror or error}")
    except KeyboardInterrupt:
        return 0
    return 0


def _refused(why: str) -> int:
    print(f"llamachat-tui serve: {clean_line(why, MAX_SENTENCE_CHARS)}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
