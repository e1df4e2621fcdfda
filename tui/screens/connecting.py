"""From settings to a connected client: the embedded server, or LlamaCloud with a key."""

import asyncio
import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui.embedded import EmbeddedServer, start_server
from tui.redaction import hide
from tui.settings import Settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.api.client import Client
    from tui.screens.welcome import UseKey


@dataclass(frozen=True, slots=True)
class Backend:
    """A connected client, what it is connected to in words, and the server that was started for it, if one was."""

    client: "Client"
    place: str
    server: EmbeddedServer | None = None

    async def close(self) -> None:
        await self.client.aclose()
        if self.server is not None:
            await self.server.stop()


class KeyNeededError(Exception):
    """LlamaCloud is wanted and no key was found. The message says where was looked, and why that failed if it did."""


async def connect(settings: Settings, given: "UseKey | None" = None) -> Backend:
    """Connect as the settings say, with the key that was typed if one was.

    Raises `KeyNeededError`, `ServerStartError` or `ApiError`, each with a message fit to show.
    """
    loading = asyncio.to_thread(import_module, "tui.api.client")
    if settings.local is not None:
        server, _ = await asyncio.gather(start_server(settings.local), loading)
        return await _connect_local(settings, server)
    await loading
    return await _connect_cloud(settings, given)


async def _connect_local(settings: Settings, server: EmbeddedServer) -> Backend:
    from pydantic import SecretStr

    from tui.api.client import Client
    from tui.api.connection import Connection

    names = ", ".join(folder.name for folder in settings.local or ()) or "the manual"
    connection = Connection(server.base_url, SecretStr(server.api_key), key_source="the embedded server")
    return Backend(await Client.connect(connection), f"This machine: {names}", server)


async def _connect_cloud(settings: Settings, given: "UseKey | None") -> Backend:
    from tui.api.client import Client
    from tui.api.connection import connection_from

    key, source = (given.key, "typed here") if given else await _found_key(settings.cloud_url)
    hide(key)
    connection = connection_from(
        os.environ,
        base_url=settings.cloud_url,
        project_id=settings.project,
        organization_id=settings.organization,
        api_key=key,
        key_source=source,
    )
    return Backend(await Client.connect(connection), f"LlamaCloud · {connection.host}")


async def _found_key(base_url: str) -> "tuple[SecretStr, str]":
    from tui.credentials import Absent, find

    found = await asyncio.to_thread(find, base_url)
    if isinstance(found, Absent):
        raise KeyNeededError(found.why)
    return found.key, found.source


async def keep(given: "UseKey", settings: Settings) -> str | None:
    """Keep a typed key where the user chose. None where it is kept, else why it is not, fit to show."""
    from tui import credentials

    if given.keep == "memory":
        return None
    keep_it = credentials.keep_in_keyring if given.keep == "keyring" else credentials.keep_in_file
    return await asyncio.to_thread(keep_it, settings.cloud_url, given.key)
