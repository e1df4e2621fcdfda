"""The Textual app: themes, stylesheets, global keys, which screen."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.api.errors import ApiError
from tui.garbage import collect_rarely
from tui.log import crash_notice
from tui.screens.chat import ChatScreen
from tui.settings import Settings
from tui.shutdown import Shutdown
from tui.store.files import store_path
from tui.store.store import Store
from tui.terminal.app import DiffingApp
from tui.themes import DARK, own_themes
from tui.widgets.own_keys import own_keys

if TYPE_CHECKING:
    from tui.workspace.backend import Backend, BackendChoice, UseKey


def _styles() -> list[Path]:
    """The stylesheets, found without `importlib.resources`, which takes long to load."""
    package = find_spec("tui.styles")
    assert package is not None
    assert package.origin is not None
    return [Path(package.origin).parent / name for name in ("app.tcss", "conversation.tcss", "dialogs.tcss")]


SHUTDOWN_TIMEOUT = 0.5
"""So long the server and the network may take when the process is told to end."""

EXIT_SECONDS = 3.0
"""So long threads that cannot be stopped (a keyring that asks elsewhere) may hold up the exit after that."""


class LlamaChat(DiffingApp):
    """Connects as the settings say, shows the chat screen meanwhile, and leaves nothing running behind.

    `on_end` is called, synchronously and maybe from another thread, when the app ends in any way but by the user's key:
    it saves what is not kept yet.
    """

    TITLE = "llamachat-tui"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "quit", "Quit", priority=True),
        Binding("ctrl+l", "redraw", "Redraw", show=False),
        Binding("ctrl+z", "suspend_process", "Suspend", show=False, priority=True),
    ]

    def __init__(self, settings: Settings) -> None:
        super().__init__(css_path=_styles())
        self._settings = settings
        self._backend: Backend | None = None
        self._store = Store.open_or_in_memory(store_path()) if settings.keep else Store.in_memory()
        self.chat = ChatScreen(self._store, settings.account)
        self.on_end: Callable[[], None] = self.chat.workspace.save_drafts
        self._graceful_shutdown = Shutdown(lambda: self.on_end(), self._leave, self._abandon_terminal)
        for theme in own_themes(self.console.color_system):
            self.register_theme(theme)
        self.theme = settings.theme if settings.theme in self.available_themes else DARK.name

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Every action that works where the focus is stands in the palette, with its key."""
        yield from super().get_system_commands(screen)
        yield SystemCommand(
            "API key", "Another key, another region, or folders of this machine", self.action_change_key
        )
        for node, binding, _, _ in own_keys(screen) if isinstance(screen, ChatScreen) else ():
            act = partial(self.run_action, binding.action, node)
            yield SystemCommand(binding.description, f"Key {self.get_key_display(binding)}", act)

    def action_change_key(self) -> None:
        """Show the welcome screen: another key, another region, or folders of this machine."""
        from tui.screens.welcome import Welcome

        self.push_screen(Welcome("", self._settings.region), self._go_on_as_told)

    def get_default_screen(self) -> ChatScreen:
        return self.chat

    def on_mount(self) -> None:
        if not self.is_headless:
            self._graceful_shutdown.listen()
        self.call_after_refresh(self._begin_after_first_frame)

    def _begin_after_first_frame(self) -> None:
        collect_rarely()
        self._store.database.tell = self._warn
        if self._store.warning:
            self.chat.warn(self._store.warning)
        self._begin()

    def _warn(self, words: str) -> None:
        self.call_later(self.chat.warn, words)

    def on_chat_screen_retry_requested(self) -> None:
        if self._backend is None:
            self._begin()
        else:
            self.run_worker(self.chat.workspace.refresh())

    def on_chat_screen_key_refused(self, message: ChatScreen.KeyRefused) -> None:
        """A key that expired: another one is asked for, and all goes on where it was."""
        from tui.screens.welcome import Welcome

        if self._settings.local is None and not isinstance(self.screen, Welcome):
            self.push_screen(Welcome(message.why, self._settings.region), self._go_on_as_told)

    def on_chat_screen_turn_ended_unseen(self, message: ChatScreen.TurnEndedUnseen) -> None:
        if self._settings.bell:
            self.bell()
        words = f"{'Answered' if message.well else 'Not answered'}: {message.title}"
        self.notify_terminal(self._settings.notify, words)

    def _go_on_as_told(self, beginning: "BackendChoice | None") -> None:
        if beginning is not None:
            self._begin_as_told(beginning)

    def _begin(self, key: "UseKey | None" = None) -> None:
        self.run_worker(self._connect(key), exclusive=True, group="connecting")

    async def _connect(self, key: "UseKey | None") -> None:
        # Neither this nor what it leads to is needed for the first frame.
        from tui.screens.welcome import Welcome
        from tui.workspace.backend import KeyNeededError, connect, keep
        from tui.workspace.embedded_server import ServerStartError

        local = self._settings.local is not None
        self.chat.say_activity("Starting the local library…" if local else "Connecting to LlamaCloud…")
        before = self._backend
        try:
            self._backend = await connect(self._settings, key)
        except KeyNeededError as error:
            self.push_screen(Welcome(str(error), self._settings.region), self._begin_as_told)
        except (ApiError, ServerStartError) as error:
            self.chat.say_problem(str(error))
        else:
            if before is not None:
                await before.close()
            await self.chat.enter(self._settings.account)
            self.chat.say_place(self._backend.place)
            if key is not None and (why := await keep(key, self._settings)):
                self.chat.say_problem(why)
            await self.chat.workspace.connect(self._backend.client)
        finally:
            self.chat.say_activity("")

    def _begin_as_told(self, beginning: "BackendChoice | None") -> None:
        from tui.workspace.backend import UseFolders, UseKey

        match beginning:
            case UseFolders(folders):
                self._settings = self._settings.with_folders(folders)
                self._begin()
            case UseKey():
                self._settings = self._settings.with_region(beginning.region)
                self._begin(beginning)
            case None:
                self.exit()

    async def action_quit(self) -> None:
        await self._finish()
        if not self.is_headless:
            self._graceful_shutdown.insist(0, EXIT_SECONDS)
        self.exit()

    async def _finish(self) -> None:
        await self.chat.finish()
        if self._backend is not None:
            await self._backend.close()
        self._store.close()

    def _leave(self, return_code: int) -> None:
        async def finish_and_exit() -> None:
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._finish(), SHUTDOWN_TIMEOUT)
            finally:
                self.exit_at_once(return_code)

        self.run_worker(finish_and_exit())

    def _abandon_terminal(self) -> None:
        driver: Any = self._driver
        if driver is not None and hasattr(driver, "abandon"):
            driver.abandon()

    def _fatal_error(self) -> None:
        """Textual's own shows the values of variables, a key among them; this one says where the crash is told.

        Private in Textual (8.2.8), and checked by `tests/terminal/test_textual_contract.py`.
        """
        error = sys.exc_info()[1]
        if error is not None and not self._exit_renderables:
            from rich.text import Text  # only a crash needs it

            self._exit_renderables.append(Text(crash_notice(error)))
            with suppress(Exception):  # the crash is what is told, not what it broke
                self.on_end()
        if not self.is_headless:
            self._graceful_shutdown.insist(1, EXIT_SECONDS)
        self._close_messages_no_wait()
