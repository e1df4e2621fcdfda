"""The one screen: sessions at the left, the conversation and the composer at the right.

What the user does in it is parted among classes, each in a file of its own and each the base of the next: reading a
conversation (`reading`), asking (`asking`), going from session to session (`browsing`), and what is done by one key or
one name everywhere (`commanding`). They hold what can stand by itself: the evidence (`evidence.reading_area`), choosing
indexes (`indexes.choosing`), the start page (`starting`), the search in all sessions (`search.searching`), and the
settings (`settings.setup`). This file hears the workspace, and lays all out.
"""

from asyncio import wait_for
from contextlib import suppress
from math import ceil
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.reactive import var

from tui.api.errors import ApiError, KeyRefusedError, SlowAnswerError, TooManyRequestsError
from tui.keys.keymap import key_for
from tui.keys.second_press import QUIT_QUESTION, SECOND_PRESS_SECONDS, SecondPress
from tui.lazy_dataclass import dataclass
from tui.screens.commanding import CommandingScreen
from tui.store.store import Store
from tui.terminal.copying import can_be_copied, copied_words
from tui.terminal.drawn_whole import DrawnWholeScreen
from tui.terminal.resized_once import ResizedOnceScreen
from tui.widgets.composer import Composer
from tui.widgets.conversation_view import ConversationView
from tui.widgets.key_hints import KeyHints
from tui.widgets.queue_line import QueueLine
from tui.widgets.sessions.sidebar import Sidebar
from tui.workspace.folders import place_of
from tui.workspace.updates import (
    DraftChanged,
    ListChanged,
    Notice,
    OpeningFailed,
    QueueChanged,
    RequestFailed,
    Retrying,
    TranscriptChanged,
    TurnEnded,
    Update,
)
from tui.workspace.workspace import Workspace

WAITS_FOR_KEYRING = "Waiting for the system keyring · Esc goes on without it"
"""The activity that Esc ends."""

CLEARING = "clearing"
"""The kind of the notice that a second Esc answers."""

WAIT_IS_OVER = "the wait is over: {} sends what is in the composer"

DELETION_TIMEOUT = 2.0
"""Seconds that another account waits for a deletion in the one before, which is otherwise done at its next start."""

LONG_WAIT_SECONDS = 2.0
"""A wait before another try that is told of; a shorter one is over before it is read."""

WIDE_COLUMNS = 100
"""On a narrower terminal the list has no column of its own."""

BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-narrow"), (WIDE_COLUMNS, "-wide")]


class ChatScreen(CommandingScreen, DrawnWholeScreen[None], ResizedOnceScreen[None]):
    """Lays out the widgets, and passes on what the workspace publishes.

    Keys that move the focus are priority bindings and move it at once: keys typed right after them must reach the pane
    that they were meant for, also where a slow line delivers several together.
    """

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    AUTO_FOCUS = "Composer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next pane", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "Previous pane", show=False, priority=True),
        Binding("escape", "close_notice", "Close the notice", show=False, priority=True),
        Binding("escape", "back_to_search", "Back to the search", show=False, priority=True),
        Binding("escape", "escape", "Stop the turn; twice: clear the draft", show=False),
        Binding("ctrl+c", "copy_or_stop", "Copy, stop or clear", show=False, priority=True),
    ]

    @dataclass
    class KeyRefused(Message):
        """The server does not take the key any more; `why` is a sentence fit to show."""

        why: str

    class KeyringSkipped(Message):
        """The user goes on without the system keyring."""

    connected_to: var[str] = var("")
    """What is connected, in words."""

    def __init__(self, store: Store, account_id: str) -> None:
        super().__init__(Workspace(store, account_id, self._show_update, self.run_worker))
        self._quit_key = SecondPress()
        self._is_new = True

    def compose(self) -> ComposeResult:
        # Else Textual finds it when all is styled, and styles all anew.
        self.add_class("-wide" if self.app.size.width >= WIDE_COLUMNS else "-narrow", update=False)
        with Horizontal(id="workspace"):
            yield Sidebar(self.describe, self.words_of).data_bind(ChatScreen.open_id)
            with Vertical(id="main"):
                with self.area:
                    yield ConversationView(checks_grounding=self.checks_grounding)
                yield QueueLine()
                yield self.notice_line
                yield Composer(self.questions_before)
        yield KeyHints().data_bind(ChatScreen.connected_to, ChatScreen.activity)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Have nothing styled anew at the start: all was styled a moment ago, when it was mounted."""
        event.refresh_styles, self._is_new = event.refresh_styles and not self._is_new, False

    async def switch_account(self, account_id: str) -> None:
        """Turn to another account, if it is another: nothing of one is shown with the other.

        Only what was written before there was a session comes along.
        """
        if account_id != self.workspace.account_id:
            with suppress(TimeoutError):
                await wait_for(self._finish_deletion(), DELETION_TIMEOUT)
            expected = self.expected
            self.expect_none()
            self.workspace.write_draft(self.open_id, self.composer.text)
            self.open_id = self.chosen = None
            before_any_session = self.workspace.draft(None)
            self.workspace.write_draft(None, "")
            await self.workspace.close()
            self.workspace.load_account(account_id)
            self.workspace.start(self.workspace.others.follow())
            drafts = dict.fromkeys([before_any_session, self.workspace.draft(None)])
            self.workspace.write_draft(None, "\n\n".join(filter(None, drafts)))
            self.view.show_beginning()
            self.show_draft()
            self.list_sessions()
            if expected is not None:
                self.expect(expected)

    async def finish(self) -> None:
        """Before the app leaves: what was deleted is deleted now, and every turn is let go."""
        await self._finish_deletion()
        for composer in self.query(Composer):  # none yet where the app leaves before its first frame
            self.workspace.write_draft(self.written_in, composer.text)
        await self.workspace.close()

    async def _finish_deletion(self) -> None:
        """Delete now what could still be brought back: on the server that it was deleted on."""
        await self.workspace.deletion.delete(self.take_deleted(), or_next_time=True)

    def _show_update(self, update: Update) -> None:
        if not self.is_mounted:
            return
        match update:
            case ListChanged():
                self.list_sessions()
                self.show_heading()
                self.show_indexes()
                self._show_place()
                self.starting.show_what_is_open()
            case TranscriptChanged(session_id) | QueueChanged(session_id) | DraftChanged(session_id):
                if session_id == self.open_id:
                    self._show_open_session(update)
            case TurnEnded(session_id, well):
                self.mark_end(session_id, well)
            case Notice(session_id, words):
                about = "" if session_id == self.open_id else f"{self.workspace.title(session_id)}: "
                self.say(about + words, kind=f"session {session_id}", seconds=15)
            case OpeningFailed(session_id, why):
                if session_id == self.open_id:
                    self.show_unopened(why)
            case RequestFailed() | Retrying():
                self._show_trouble(update)

    def _show_place(self) -> None:
        """Name the folders of this machine that are open now."""
        indexes = self.workspace.index_list
        if indexes.keeps_folders and indexes.items:
            self.connected_to = place_of(index.name for index in indexes.items)

    def _show_open_session(self, update: TranscriptChanged | QueueChanged | DraftChanged) -> None:
        match update:
            case TranscriptChanged():
                self.show_transcript()
            case QueueChanged():
                self.show_queue()
            case DraftChanged():
                self.composer.put(self.workspace.draft(self.open_id))

    def _show_trouble(self, update: RequestFailed | Retrying) -> None:
        """Say what failed, or why something takes long, until it is there."""
        match update:
            case RequestFailed(error):
                self._show_failure(error)
            case Retrying(ApiError() as error, seconds):
                if seconds >= LONG_WAIT_SECONDS or isinstance(error, SlowAnswerError):
                    self.notice_line.say_wait(error.message, "retry", ceil(seconds), "Trying again…")
            case Retrying():
                self.notice_line.take_back("retry")

    def _show_failure(self, error: ApiError) -> None:
        self.activity = ""
        if isinstance(error, KeyRefusedError):
            self.post_message(self.KeyRefused(error.message))
        elif isinstance(error, TooManyRequestsError) and error.retry_after and self.workspace.is_live:
            self.notice_line.say_wait(
                error.message, "problem", ceil(error.retry_after), WAIT_IS_OVER.format(key_for("composer.send"))
            )
        else:
            self.say_problem(error.message, retries=error.transient)

    def say_problem(self, problem: str, *, retries: bool = False) -> None:
        """Say what went wrong: where no conversation is open on the start page, else in a notice.

        With `retries` it is tried again by itself as long as nothing is listed from the server.
        """
        if not self.workspace.is_live:
            self.start_page.show_problem(problem, retries=retries)
        if self.open_id is not None or self.workspace.is_live:
            self.say(problem, kind="problem", severity="problem")

    def offer_to_skip_keyring(self) -> None:
        """Say that the system keyring is waited for, and how to go on without it."""
        self.activity = WAITS_FOR_KEYRING

    def warn(self, words: str) -> None:
        """Say something about the program itself that the reader should know."""
        self.say(words, kind="program", severity="problem")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "close_notice":
            return self.notice_line.closes
        return super().check_action(action, parameters)

    def action_close_notice(self) -> None:
        self.notice_line.close()

    def action_escape(self) -> None:
        if self.sidebar.has_class("-in-use") and self.has_class("-narrow"):
            self.action_go_to_sessions()
        elif self.activity == WAITS_FOR_KEYRING:
            self.post_message(self.KeyringSkipped())
        elif not self.workspace.stop(self.open_id) and self.composer.text:
            self._clear_or_ask()

    def _clear_or_ask(self) -> None:
        """Clear the draft, if the same key asked for it a moment ago."""
        if CLEARING in self.notice_line.said:
            self.notice_line.take_back(CLEARING)
            self.workspace.keep_cleared(self.open_id, self.composer.take())
        else:
            self.say(
                "Esc again clears the draft; ↑ brings it back.",
                kind=CLEARING,
                severity="question",
                seconds=SECOND_PRESS_SECONDS,
            )

    def action_copy_or_stop(self) -> None:
        composer = self.composer
        if selected := composer.selected_text:
            composer.action_copy()
            if not can_be_copied(selected):
                self.say(copied_words("selection", selected), kind="copying")
        elif self.open_id is not None and self.view.pane.selected_text:
            self.view.pane.action_copy()
        elif self.workspace.stop(self.open_id):
            return
        elif composer.text:
            self.workspace.keep_cleared(self.open_id, composer.take())
        elif self._quit_key.is_second():
            self._quit()
        else:
            self.say(QUIT_QUESTION, kind="quitting", seconds=SECOND_PRESS_SECONDS)

    def on_composer_quit_requested(self) -> None:
        self._quit()

    def _quit(self) -> None:
        self.app.run_worker(self.app.action_quit())
