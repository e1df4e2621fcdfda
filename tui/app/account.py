"""The account that the app works with: connecting to it, asking for what that needs, turning to another."""

from asyncio import gather
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work

from tui.api.errors import ApiError, NetworkVariableError
from tui.screens.chat import ChatScreen
from tui.screens.settings.setup import Setup
from tui.settings import Settings
from tui.store.store import Store
from tui.terminal.app import DiffingApp

if TYPE_CHECKING:
    from tui.api.models import Project
    from tui.workspace.backend import Backend, ConsentNeededError, UseKey

UNUSABLE_CODE = 2
"""The exit code for an environment that cannot be used, as for arguments."""

CONNECTING = "connecting"
"""The group of the worker that connects: only one at a time does."""


class AccountApp(DiffingApp):
    """Works with one account at a time, the one that the settings name."""

    settings: Settings
    store: Store
    chat: ChatScreen
    on_end: Callable[[], None]
    """Saves what is not kept yet. It is called, synchronously and maybe from another thread, when the app ends."""

    backend: "Backend | None" = None
    """What is connected; None until then."""

    _connected: Settings
    """The settings that the backend was connected with."""

    async def projects(self) -> "Sequence[Project]":
        """The projects that the key reaches, none on folders of this machine. Raises `ApiError`."""
        if self.backend is None or self.settings.local is not None:
            return ()
        return await self.backend.client.projects()

    def on_setup_settings_changed(self, message: Setup.SettingsChanged) -> None:
        self.settings = replace(self.settings, bell=message.settings.bell, notify=message.settings.notify)

    def on_setup_account_chosen(self, message: Setup.AccountChosen) -> None:
        """Turn to another account; what goes on in the one before is looked after when it is opened again.

        Folders of this machine stay open unless a profile is chosen.
        """
        before, self.settings = self.settings, message.settings
        if before.local is not None and before.profile == self.settings.profile:
            self.settings = self.settings.with_folders(before.local)
        if self.settings.connects_to != before.connects_to:
            self.connect()

    def _stay(self) -> None:
        """Go on with the account that is connected, where another could not be."""
        if self.backend is not None and self.settings.account != self._connected.account:
            self.settings = self._connected
            self.chat.setup.setting_list.use_profile(self.settings.profile)
            self.chat.warn(f"Still connected to {self.backend.connected_to}.")

    def action_change_key(self) -> None:
        """Show the welcome screen: another key, another region, or folders of this machine."""
        self.choose_backend()

    def on_chat_screen_key_refused(self, message: ChatScreen.KeyRefused) -> None:
        """Ask for another key in place of one that expired; all goes on where it was."""
        if self.settings.local is None:
            self.choose_backend(message.why)

    @work
    async def choose_backend(self, problem: str = "", *, refused_folder: str = "", or_leave: bool = False) -> None:
        """Show the welcome screen, and connect to what is chosen there. Closing it ends the app with `or_leave`."""
        from tui.screens.welcome import Welcome
        from tui.workspace.backend import UseFolders, UseKey, keeps

        if isinstance(self.screen, Welcome):
            return
        welcome = Welcome(
            problem,
            self.settings.region,
            keeps=await keeps(),
            refused_folder=refused_folder,
            closes="quit" if or_leave else "close",
        )
        match await self.push_screen_wait(welcome):
            case UseFolders(folders):
                self.settings = self.settings.with_folders(folders)
                self.connect()
            case UseKey() as key:
                self.settings = self.settings.with_region(key.region)
                self.connect(key)
            case None:
                if or_leave:
                    self.exit()
                self._stay()

    @work(exclusive=True, group=CONNECTING)
    async def connect(self, key: "UseKey | None" = None) -> None:
        # None of this is needed for the first frame.
        from tui.workspace.backend import ConsentNeededError, KeyNeededError, connect
        from tui.workspace.embedded_server import ServerStartError

        local = self.settings.local is not None
        self.chat.activity = "Starting the local library…" if local else "Connecting to LlamaCloud…"
        before, trusts = self.backend, self.store.trusted_servers.trusts
        try:
            backend = await connect(self.settings, trusts, key, self.chat.offer_to_skip_keyring)
        except KeyNeededError as error:
            self.choose_backend(str(error), or_leave=before is None)
        except ConsentNeededError as error:
            self._ask_whether_to_send(error, key)
        except ServerStartError as error:
            refused_folder = str(next(iter(self.settings.local or ()), ""))
            self.choose_backend(str(error), refused_folder=refused_folder, or_leave=before is None)
        except NetworkVariableError as error:
            self.on_end()
            self.exit_saying(f"llamachat-tui: {error.message}", UNUSABLE_CODE)
        except ApiError as error:
            self._stay()
            self.chat.say_problem(error.message)
        else:
            await self._take_into_use(backend, key)
        finally:
            self.chat.activity = ""

    async def _take_into_use(self, backend: "Backend", key: "UseKey | None") -> None:
        """Work with another backend from now on, and keep the key that was typed for it."""
        from tui.workspace.backend import keep

        before, self.backend, self._connected = self.backend, backend, self.settings
        await self.chat.switch_account(self.settings.account)
        self.chat.workspace.use(backend.client)  # before the other one is closed: a question may come at any time
        if before is not None:
            await before.close()
        self.chat.connected_to = backend.connected_to
        if key is not None and (why := await keep(key, self.settings)):
            self.chat.warn(why)
        if backend.warning:
            self.chat.warn(backend.warning)
        await gather(self.chat.workspace.connect(backend.client), self.chat.open_expected())

    def on_chat_screen_keyring_skipped(self) -> None:
        from tui.credentials import ask_keyring_no_more

        ask_keyring_no_more()
        self.connect()

    @work
    async def _ask_whether_to_send(self, needed: "ConsentNeededError", key: "UseKey | None") -> None:
        """Have the user say whether a key may go to a server that is not LlamaCloud's own, and remember a yes."""
        from tui.screens.choice_list import ChoiceList

        question = f"Send {needed.secret} to {needed.host}? It is not one of LlamaCloud's own servers."
        answers = ("No, send nothing", f"Yes, to {needed.host}, now and from now on")
        if await self.push_screen_wait(ChoiceList(question, answers, takes="choose", first=0)) == 1:
            self.store.trusted_servers.trust(needed.base_url)
            self.connect(key)
        else:
            self.choose_backend(f"Nothing was sent to {needed.host}.", or_leave=self.backend is None)
