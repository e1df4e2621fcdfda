"""Connecting for a command: as the app does, but without a dialog, so that what is missing is said instead."""

from tui.api.errors import ConfigurationError
from tui.commands.options import login_command
from tui.settings import Settings
from tui.store.files import store_path
from tui.store.store import Store
from tui.workspace.backend import Backend, ConsentNeededError, KeyNeededError, connect
from tui.workspace.embedded_server import ServerStartError


async def connected(settings: Settings, otherwise: str = "") -> Backend:
    """The connection that the settings name. Raises `ApiError`, which says what is missing and then `otherwise`."""
    try:
        return await connect(settings, _trusts)
    except ConsentNeededError as error:
        raise ConfigurationError(
            f"Nothing was sent to {error.host}, which is not one of LlamaCloud's own servers. If it is yours, say so: "
            f"--base-url {error.base_url}"
        ) from error
    except KeyNeededError as error:
        why = str(error) or "No API key was found."
        raise ConfigurationError(f"{why} Run `{login_command(settings)}`{otherwise}.") from error
    except ServerStartError as error:
        raise ConfigurationError(str(error)) from error


def _trusts(base_url: str) -> bool:
    store = Store.open_or_in_memory(store_path())
    try:
        return store.trusted_servers.trusts(base_url)
    finally:
        store.close()
