"""From settings to a connected client: the embedded server, or LlamaCloud with a key."""

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from tui.lazy_dataclass import dataclass
from tui.redaction import register_secret
from tui.settings import Settings
from tui.workspace.embedded_server import EmbeddedServer, start_server
from tui.workspace.folders import MANUAL, place_of

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.api.client import Client
    from tui.api.connection import Connection

Keep: TypeAlias = Literal["keyring", "file", "memory"]


@dataclass(frozen=True, slots=True)
class UseKey:
    """Work with LlamaCloud: the key, its region, and where it is to be kept."""

    key: "SecretStr"
    region: str
    keep: Keep


@dataclass(frozen=True, slots=True)
class UseFolders:
    """Work on this machine: the folders to serve, none for the manual."""

    folders: tuple[Path, ...]


KEYRING_PATIENCE_SECONDS = 1.0
"""A keyring that takes longer to answer is probably waiting for somebody to unlock it."""

TYPED = "typed here"
"""The source of a key that was typed in the app."""

BackendChoice: TypeAlias = UseKey | UseFolders


@dataclass(frozen=True, slots=True)
class Backend:
    """A connected client, what it is connected to in words, and the server that was started for it, if one was."""

    client: "Client"
    connected_to: str
    server: EmbeddedServer | None = None

    @property
    def warning(self) -> str:
        """What the user should know of it, "" where there is nothing."""
        return " ".join(self.server.warnings) if self.server else ""

    async def close(self) -> None:
        await self.client.aclose()
        if self.server is not None:
            await self.server.stop()


class KeyNeededError(Exception):
    """LlamaCloud is wanted and no key was found. The message says what went wrong, "" where nothing did."""


class ConsentNeededError(Exception):
    """A key is at hand, and the server it would go to is one that the user has not agreed to.

    `host` is fit to show; `secret` names in words what would be sent.
    """

    def __init__(self, base_url: str, host: str, secret: str) -> None:
        super().__init__(host)
        self.base_url = base_url
        self.host = host
        self.secret = secret


async def connect(
    settings: Settings,
    trusts: Callable[[str], bool],
    given: UseKey | None = None,
    on_silent_keyring: Callable[[], None] = lambda: None,
) -> Backend:
    """Connect as the settings say, with the key that was typed if one was.

    `trusts` says of a base URL whether the user agreed to it before; `on_silent_keyring` is called where the keyring
    takes long to answer. Raises `KeyNeededError`, `ConsentNeededError`,
    `ServerStartError` or `ApiError`; all but the second have a message fit to show.
    """
    loading = asyncio.to_thread(import_module, "tui.api.client")
    if settings.local is not None:
        server, _ = await asyncio.gather(start_server(settings.local, settings.library_environment), loading)
        return await _connect_local(settings, server)
    await loading
    return await _connect_cloud(settings, trusts, given, on_silent_keyring)


async def _connect_local(settings: Settings, server: EmbeddedServer) -> Backend:
    from pydantic import SecretStr

    from tui.api.client import Client
    from tui.api.connection import Connection

    connection = Connection(server.base_url, SecretStr(server.api_key), key_source="the embedded server")
    return Backend(
        await Client.connect(connection), place_of([folder.name for folder in settings.local or ()] or [MANUAL]), server
    )


async def _connect_cloud(
    settings: Settings,
    trusts: Callable[[str], bool],
    given: UseKey | None,
    on_silent_keyring: Callable[[], None],
) -> Backend:
    from tui.api.client import Client
    from tui.api.connection import connection_from, is_known_origin

    connection = connection_from(
        os.environ,
        settings.cloud_url,
        project_id=settings.project,
        organization_id=settings.organization,
        allow_http=settings.allow_http,
    )
    if given is not None:
        connection = replace(connection, api_key=given.key, key_source=TYPED)
    else:
        connection = await _with_found_key(connection, settings.profile, on_silent_keyring)
    for secret in connection.secrets:
        register_secret(secret)
    is_agreed = settings.is_typed_base_url or is_stored_for_server(connection) or trusts(connection.base_url)
    if not is_known_origin(connection.base_url) and not is_agreed:
        secret = f"the key ({connection.key_hint})" if connection.api_key else "the session cookie"
        raise ConsentNeededError(connection.base_url, connection.host, secret)
    return Backend(await Client.connect(connection), f"{settings.profile or 'LlamaCloud'} · {connection.host}")


def is_stored_for_server(connection: "Connection") -> bool:
    """Whether all that a connection would send was kept for this very server by the user."""
    from tui.credentials import ENVIRONMENT

    others = connection.session_cookie is not None or connection.custom_headers
    return not others and connection.key_source not in (*ENVIRONMENT, TYPED)


async def _with_found_key(
    connection: "Connection", profile: str | None, on_silent_keyring: Callable[[], None]
) -> "Connection":
    from tui.credentials import Found, find

    finding = asyncio.ensure_future(asyncio.to_thread(find, connection.base_url, profile=profile))
    done, _ = await asyncio.wait({finding}, timeout=KEYRING_PATIENCE_SECONDS)
    if not done:
        on_silent_keyring()
    found = await finding
    if isinstance(found, Found):
        return replace(connection, api_key=found.key, key_source=found.source)
    if connection.session_cookie is not None:
        return connection
    raise KeyNeededError("" if found.is_usual else found.why)


async def keeps() -> Sequence[Keep]:
    """Where a key can be kept on this machine, the best place first."""
    from tui.credentials import keyring_problem

    problem = await asyncio.to_thread(keyring_problem)
    return ("file", "memory") if problem else ("keyring", "file", "memory")


async def keep(given: UseKey, settings: Settings) -> str | None:
    """Keep a typed key where the user chose. None where it is kept, else why it is not, fit to show."""
    from tui import credentials

    if given.keep == "memory":
        return None
    from tui.api.connection import checked_base_url

    base_url = checked_base_url(settings.cloud_url, allow_http=settings.allow_http)
    keep_it = credentials.keep_in_keyring if given.keep == "keyring" else credentials.keep_in_file
    return await asyncio.to_thread(keep_it, credentials.key_place(base_url, settings.profile), given.key)
