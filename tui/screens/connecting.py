"""From settings to a connected client: the embedded server, or LlamaCloud with a key."""

import asyncio
import os
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tui.embedded import EmbeddedServer, start_server
from tui.settings import Settings

if TYPE_CHECKING:
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
    from tui.credentials import find

    found = given or await asyncio.to_thread(find)
    connection = connection_from(
        os.environ,
        base_url=settings.base_url,
        region=settings.region,
        project_id=settings.project,
        organization_id=settings.organization,
        api_key=found.key,
        key_source="typed here" if given else found.source,
    )
    return Backend(await Client.connect(connection), f"LlamaCloud · {connection.host}")
