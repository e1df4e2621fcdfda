"""The Textual app: themes, stylesheets, global keys, which screen."""

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.driver import Driver

from tui.app.account import CONNECTING, AccountApp
from tui.app.preloading import PRELOAD_AFTER_SECONDS, preload
from tui.app.shutdown import Shutdown
from tui.cooperative import hurry_threads
from tui.first_frame import END_OF_TEXT, FirstFrame, frame_path
from tui.garbage import collect_rarely
from tui.keys.bound import bound
from tui.keys.keymap import use_keys
from tui.keys.names import key_name
from tui.log import crash_notice, failure_notice
from tui.sanitize import clean_line
from tui.screens.browsing import BrowsingScreen
from tui.screens.chat import ChatScreen
from tui.settings import LAST_SESSION, Settings, SettingsError
from tui.store.files import store_path
from tui.store.store import Store
from tui.terminal.cells import CellRow
from tui.terminal.key_order import KeyOrderApp
from tui.terminal.lasting_app import LastingApp
from tui.terminal.row_painting import RowPaintingApp
from tui.terminal.saved_screen import emptied, saved_screen, theme_of
from tui.terminal.styled_once import StyledOnceApp
from tui.themes.names import AUTO
from tui.themes.own import DARK, LIGHT, own_themes
from tui.themes.stylesheets import stylesheet

STYLES = ("app.tcss", "start_page.tcss", "dialogs.tcss")
"""The stylesheets of what is there from the start, or after a key; `LineView` comes with its own."""

SHUTDOWN_TIMEOUT = 0.5
"""Seconds to wait for the server and open connections after a signal."""

FINISH_TIMEOUT = 1.0
"""Seconds to wait for them where the user quits."""

EXIT_TIMEOUT = 1.5
"""Seconds until the process is ended by force: a keyring that asks elsewhere, for one, cannot be stopped."""

KEEP_FRAME_AFTER_SECONDS = 1.0
"""When the first frame is put into its file: what the user waits for comes before."""


class LlamaChat(AccountApp, KeyOrderApp, LastingApp, RowPaintingApp, StyledOnceApp):
    """Connects as the settings say, shows the chat screen meanwhile, and leaves nothing running behind.

    `on_end` saves what is not kept yet. It is called, synchronously and maybe from another thread, when the app ends in
    any way but by the user's key.
    """

    TITLE = "llamachat-tui"
    THEME_ON_DARK = DARK.name
    THEME_ON_LIGHT = LIGHT.name
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("app.quit", "quit", show=False, priority=True),
        bound("app.commands", "command_palette", priority=True),
        bound("app.redraw", "redraw", show=False, priority=True),
        bound("app.suspend", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, settings: Settings, session: str | None = None, first_frame: FirstFrame | None = None) -> None:
        """`session` is the id of the one to open, or `LAST_SESSION`; `first_frame` what the terminal shows already.

        Raises `SettingsError` where the theme is none.
        """
        super().__init__(css_path=[stylesheet(name) for name in STYLES], first_frame=first_frame)
        self.settings = settings
        use_keys(settings.keys)
        self.set_keymap(settings.keys)
        self.animation_level = self.animation_level if settings.animations else "none"
        self._wanted_session = session
        self._first_shown: tuple[list[CellRow], str] = [], ""
        self.store = Store.open_or_in_memory(store_path()) if settings.keep else Store.in_memory()
        self.chat = ChatScreen(self.store, settings.account)
        self.chat.checks_grounding = settings.grounding
        self.chat.setup.flags = settings.flags
        self.chat.setup.list_projects = self.projects
        self.on_end: Callable[[], None] = self.chat.workspace.save_drafts
        self._graceful_shutdown = Shutdown(lambda: self.on_end(), self._leave, self.abandon_terminal)
        for theme in own_themes(self.console.color_system):
            self.register_theme(theme)
        self.has_dark_background = self._last_theme(first_frame) != LIGHT.name
        self.follow_background(follows=settings.theme == AUTO)
        self.begin_with_theme(self._first_theme())

    def _last_theme(self, first_frame: FirstFrame | None) -> str:
        """The theme of the frame that is shown already, else of the last start of any kind; "" where none is kept."""
        if first_frame is not None:
            return theme_of(first_frame.cells)
        return theme_of((self.store.frames.latest() or b"").partition(END_OF_TEXT)[2])

    def _first_theme(self) -> str:
        """The theme that is set, else the one that went with the background at the last start; `SettingsError`."""
        wanted = self.theme_named(self.settings.theme)
        if wanted not in self.available_themes:
            known = ", ".join([AUTO, *sorted(self.available_themes)])
            raise SettingsError(f"The theme {clean_line(wanted)!r} is unknown. It is one of: {known}.")
        return wanted

    def action_command_palette(self) -> None:
        """Show the app's own palette in place of Textual's."""
        if self.screen is self.chat:
            self.chat.choose_command()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether an action's key acts: none does but that of quitting while the user is asked for a key."""
        if action != "quit" and self.screen_stack and getattr(self.screen, "asks_for_key", False):
            return False
        return super().check_action(action, parameters)

    def get_key_display(self, binding: Binding) -> str:
        return key_name(binding.key)

    def get_default_screen(self) -> ChatScreen:
        return self.chat

    def _build_driver(self, headless: bool, *arguments: Any, **options: Any) -> Driver:
        """The driver takes the terminal: from before that on a signal must find somebody who gives it back.

        Private in Textual (8.2.8), and checked by `tests/terminal/test_textual_contract.py`.
        """
        if not headless:
            self._graceful_shutdown.listen()
        return super()._build_driver(headless, *arguments, **options)

    def on_mount(self) -> None:
        self.call_after_refresh(self._begin_after_first_frame)

    async def _begin_after_first_frame(self) -> None:
        collect_rarely()
        hurry_threads()
        self._first_shown = self.shown_screen(), self.theme
        self.set_timer(KEEP_FRAME_AFTER_SECONDS, partial(self._keep_frame, *self._first_shown))
        self.set_timer(PRELOAD_AFTER_SECONDS, partial(self.run_worker, self._load_ahead))
        self.store.database.tell = self._warn
        if self.store.warning:
            self.chat.warn(self.store.warning)
        if self._wanted_session == LAST_SESSION:
            self._wanted_session = self.chat.workspace.last_opened
        if self._wanted_session is not None:
            await self.chat.workspace.list_kept()
        if (session := self.chat.workspace.catalogue.get(self._wanted_session)) is not None:
            self.chat.open_session(session.session_id)
        elif self._wanted_session is not None:
            self.chat.expect(self._wanted_session)
        await self.begin_input()
        self.chat.call_after_refresh(self.connect)  # what was typed until now is shown before

    async def _load_ahead(self) -> None:
        await asyncio.to_thread(preload)
        self.chat.view.make_ready()

    def _keep_frame(self, rows: list[CellRow], theme: str) -> None:
        """Keep what was shown first, for the next start of this kind to show at once.

        Nothing but the theme is kept of it where that changed meanwhile: the next start begins with the right one.
        """
        if rows and not self.is_headless:
            path = frame_path(sys.argv[1:], os.environ, len(rows[0]), len(rows))
            self.store.frames.keep(
                os.path.basename(path), saved_screen(rows if theme == self.theme else emptied(rows), self.theme)
            )

    def on_lasting_app_work_failed(self, message: LastingApp.WorkFailed) -> None:
        self.chat.warn(failure_notice(message.error))

    def _warn(self, words: str) -> None:
        self.call_later(self.chat.warn, words)

    def on_browsing_screen_retry_requested(self) -> None:
        if self.backend is None:
            self.connect()
        else:
            self.run_worker(self.chat.workspace.refresh())

    def on_browsing_screen_turn_ended_unseen(self, message: BrowsingScreen.TurnEndedUnseen) -> None:
        if self.settings.bell:
            self.bell()
        self.notify_terminal(self.settings.notify, f"{'A' if message.well else 'Not a'}nswered: {message.title}")

    async def action_quit(self) -> None:
        if not self.is_headless:
            self._graceful_shutdown.insist(0, EXIT_TIMEOUT)
        self.on_end()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._finish(), FINISH_TIMEOUT)
        self.exit()

    async def _finish(self) -> None:
        self.workers.cancel_group(self, CONNECTING)
        rows, theme = self._first_shown
        if theme != self.theme:
            self._keep_frame(rows, theme)
        await self.chat.finish()
        if self.backend is not None:
            await self.backend.close()
        self.store.close()

    def _leave(self, return_code: int) -> None:
        async def finish_and_exit() -> None:
            try:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._finish(), SHUTDOWN_TIMEOUT)
            finally:
                self.exit_at_once(return_code)

        self.run_worker(finish_and_exit())

    def _fatal_error(self) -> None:
        """Textual's own shows the values of variables, a key among them; this one names the file that holds the crash.

        Private in Textual (8.2.8), and checked by `tests/terminal/test_textual_contract.py`.
        """
        error = sys.exc_info()[1]
        if error is not None and not self._exit_renderables:
            from rich.text import Text  # only a crash needs it

            self._exit_renderables.append(Text(crash_notice(error)))
            with suppress(Exception):  # the crash itself is shown, not what it broke
                self.on_end()
        if not self.is_headless:
            self._graceful_shutdown.insist(1, EXIT_TIMEOUT)
        self._close_messages_no_wait()
