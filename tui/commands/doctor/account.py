"""The account: the key, the way to the server, and what the server offers."""

import os
from collections.abc import AsyncIterator, Iterator, Mapping

from tui import credentials
from tui.api import network
from tui.api.client import Client
from tui.api.connection import Connection, connection_from, is_known_origin
from tui.api.errors import ApiError, ConfigurationError, KeyRefusedError, NotFoundError
from tui.api.regions import REGIONS
from tui.commands.doctor.check_result import CheckResult
from tui.commands.options import login_command
from tui.settings import Settings
from tui.workspace.backend import is_stored_for_server

CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


async def check(settings: Settings, environ: Mapping[str, str] = os.environ) -> AsyncIterator[CheckResult]:
    """The key, and the lists that the app opens with, asked of the server."""
    try:
        connection = connection_from(
            environ, settings.cloud_url, project_id=settings.project, allow_http=settings.allow_http
        )
        found = credentials.find(connection.base_url, environ, settings.profile)
    except ApiError as error:
        yield CheckResult("Settings", "problem", error.message)
        return
    region = next((name for name, url in REGIONS.items() if url == connection.base_url), "")
    yield CheckResult("Server", "ok", f"{connection.base_url}{f' (region {region.upper()})' if region else ''}")
    for result in _way(connection):
        yield result
    if isinstance(found, credentials.Absent):
        yield CheckResult("Key", "warn", found.why or "none", _how_to_give_a_key(settings))
        return
    connection = connection_from(
        environ,
        base_url=connection.base_url,
        project_id=settings.project,
        organization_id=settings.organization,
        api_key=found.key,
        key_source=found.source,
        allow_http=settings.allow_http,
    )
    is_agreed = settings.is_typed_base_url or is_stored_for_server(connection)
    if not is_known_origin(connection.base_url) and not is_agreed:
        advice = f"If it is yours, say so: --base-url {connection.base_url}"
        yield CheckResult("Key", "warn", f"{connection.key_hint}, not sent to {connection.host}", advice)
        return
    yield CheckResult("Key", "ok", connection.key_hint)
    async for result in _server(connection):
        yield result


def _how_to_give_a_key(settings: Settings) -> str:
    """Only ways that work on this machine."""
    ways = ["set LLAMA_CLOUD_API_KEY"]
    if not credentials.keyring_problem():
        ways.insert(0, f"run `{login_command(settings)}`")
    elif not credentials.file_problem():
        ways.insert(0, f"run `{login_command(settings, '--store', 'file')}`")
    said = ", or ".join(ways)
    return f"{said[0].upper()}{said[1:]}. Without one: llamachat-tui --local"


def _way(connection: Connection) -> Iterator[CheckResult]:
    if variable := network.proxy_variable(connection.base_url):
        yield CheckResult("Proxy", "ok", f"the one in {variable} is used")
    try:
        network.tls_context()
    except ConfigurationError as error:
        yield CheckResult("Certificates", "problem", error.message)
    else:
        named = next((name for name in CA_VARIABLES if os.environ.get(name)), "")
        yield CheckResult("Certificates", "ok", f"those that {named} names" if named else "those that come with Python")


async def _server(connection: Connection) -> AsyncIterator[CheckResult]:
    try:
        client = await Client.connect(connection)
    except ApiError as error:
        yield CheckResult("Connection", "problem", error.message)
        return
    try:
        sessions = await client.sessions(page_size=1)
        yield CheckResult(
            "Chat", "ok", "the server answers, and lists " + ("sessions" if sessions.items else "no session")
        )
        indexes = await client.indexes()
        if indexes.items:
            yield CheckResult("Indexes", "ok", f"{len(indexes.items)} to ask")
        else:
            yield CheckResult("Indexes", "warn", "none in this project", "Make one in LlamaCloud, or give --project.")
    except KeyRefusedError as error:
        yield CheckResult("Key", "problem", error.message)
    except NotFoundError as error:
        advice = "Is the base URL right, and the server new enough to have the chat API?"
        yield CheckResult("Chat", "problem", error.message, advice)
    except ApiError as error:
        yield CheckResult("Connection", "problem", error.message)
    finally:
        await client.aclose()
