"""Reading the open conversation: what is drawn of it, and what its keys open, copy and write."""

from asyncio import to_thread
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import getters, work
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen

from tui.api.errors import ApiError
from tui.api.models import Session
from tui.conversation.catalogue import now
from tui.conversation.transcript import Transcript
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.terminal.app import DiffingApp
from tui.terminal.copying import can_be_copied, copied_words
from tui.widgets.conversation_head import SessionState
from tui.widgets.conversation_view import ConversationView
from tui.widgets.notice_line import INFO_SECONDS, NoticeLine, Severity
from tui.widgets.own_keys import own_bindings
from tui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from tui.lineview.selectable_view import SelectableLineView
    from tui.widgets.conversation_pane import ConversationPane

SILENT_SECONDS = 10.0
"""A server that sends nothing for this long is said to be silent."""

MORE_OF_THE_TURN = " Then c: a code block, q: the question, a: the answer, w: to a file."


class ReadingScreen(Screen[None]):
    """Shows the conversation that is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("app.help", "help", priority=True),
        Binding("question_mark", "help", "Help", show=False),
    ]

    app = getters.app(DiffingApp)
    view = getters.query_one(ConversationView)

    open_id: var[str | None] = var(None, init=False)
    """The session that is read and written in; None where there is none yet."""

    activity: var[str] = var("")
    """What is being waited for, in words; empty where nothing is."""

    checks_grounding = True
    """Whether what stands in no evidence is underlined. To be set before the screen is shown."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.notice_line = NoticeLine()

    def say(self, words: str, *, kind: str, severity: Severity = "info", seconds: float = INFO_SECONDS) -> None:
        """Say something in the line above the composer. It replaces what was said there of the same kind."""
        self.notice_line.say(words, kind, severity, seconds)

    def action_show_notice(self) -> None:
        """Show all of the notice, of which the line may have room for the beginning only."""
        from tui.screens.pager import Pager

        whole = self.notice_line.whole
        self.app.push_screen(Pager("The notice", lambda: whole or "No notice is shown."))

    def on_mount(self) -> None:
        self._ticker = self.set_interval(1, self._tell_time, pause=True)

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        del before
        if session_id is None:
            self.view.show_beginning()
        else:
            self.show_opened(session_id)
        self.show_heading()

    def show_opened(self, session_id: str) -> None:
        """Show a conversation as far as it is here by now."""
        transcript = self.workspace.transcript(session_id)
        self.view.show(session_id, transcript or Transcript())
        self.activity = "" if transcript is not None else "Opening the session…"

    def show_unopened(self, why: str) -> None:
        """Say in place of the conversation why it cannot be shown."""
        self.activity = ""
        self.view.show_notice(f"{why}\n\nPress {key_for('app.connect')} to try again.")

    def show_heading(self) -> None:
        """Name the open session and the indexes it searches, and say how it stands."""
        session, head = self.workspace.catalogue.get(self.open_id), self.view.head
        if self.open_id is not None:
            self.view.pane.index_names = self.workspace.index_list.names
        head.title = "" if session is None else self.workspace.title(session.session_id)
        head.searched = "" if session is None else ", ".join(self.workspace.searched_names(session))
        self._show_state()
        self.app.show_title(head.title or self.app.title)

    def _show_state(self) -> None:
        session = self.workspace.catalogue.get(self.open_id)
        self.view.head.state = "" if session is None else self._state_of(session)

    def _state_of(self, session: Session) -> SessionState:
        if self.workspace.is_open_elsewhere(session.session_id):
            return "read only: open elsewhere"
        transcript = self.workspace.transcript(session.session_id)
        if transcript is None or transcript.turns_before:
            return "loading…"
        return "unbound" if session.index_ids is None else "bound"

    def show_transcript(self) -> None:
        """Draw the open conversation as it is now, as soon as the terminal has drawn it as it was before."""
        transcript = self.workspace.transcript(self.open_id)
        if transcript is not None and transcript.is_busy:
            self._tell_time()
            self._ticker.resume()
        else:
            self.activity = ""
            self._ticker.pause()
        self.app.pace(self._draw)

    def _tell_time(self) -> None:
        """Say how long the open session's turn runs, and how long it has been silent where that is long."""
        clock = self.workspace.turns.clock(self.open_id)
        if clock is None:
            return
        silent = f" · no data for {int(clock.silent)} s" if clock.silent >= SILENT_SECONDS else ""
        self.activity = f"Answering · {int(clock.running)} s{silent} · Esc stops"

    def _draw(self) -> None:
        transcript = self.workspace.transcript(self.open_id)
        if transcript is not None:
            self.view.draw(transcript)
            self._show_state()

    def on_conversation_pane_copy_requested(self, message: "ConversationPane.CopyRequested") -> None:
        excerpt = message.excerpt
        self.app.copy_to_clipboard(excerpt.text)
        if excerpt.kind == "selection":
            words = copied_words(excerpt.kind, excerpt.text)
        else:
            words = copied_words(excerpt.kind, excerpt.text, "w writes it to a file.")
            words += MORE_OF_THE_TURN if can_be_copied(excerpt.text) else ""
        self.say(words, kind="copying")

    @work
    async def on_conversation_pane_last_copy_requested(self) -> None:
        from tui.files.private_files import write_new_file

        name = "llamachat-copy.md"
        try:
            self._say_written(await to_thread(write_new_file, Path.cwd() / name, self.app.clipboard))
        except OSError as error:
            self._say_unwritten(name, error)

    def _say_written(self, path: Path) -> None:
        self.say(f"Written to {path}", kind="writing")

    def _say_unwritten(self, name: str, error: OSError) -> None:
        words = f"It could not be written: {error.strerror}: {error.filename or name}"
        self.say(words, kind="writing", severity="problem")

    @work
    async def on_selectable_line_view_link_chosen(self, message: "SelectableLineView.LinkChosen") -> None:
        from tui.screens.link import LinkDialog  # here and below: no dialog is loaded before it is opened

        if await self.app.push_screen_wait(LinkDialog(message.url)) == "copied":
            self.say("Sent the address to the terminal's clipboard.", kind="copying")

    def on_conversation_pane_whole_requested(self, message: "ConversationPane.WholeRequested") -> None:
        from tui.conversation.plain_text import plain_text
        from tui.screens.pager import Pager

        self.app.push_screen(Pager("The whole part", partial(plain_text, message.part)))

    def when_whole(self, act: Callable[[], object]) -> None:
        """Do something that is about the whole conversation, once it is there."""
        if not self.view.pane.when_whole(act):
            self.say("The earlier turns are still loading; this is done when they are there.", kind="whole")

    def on_grounded_view_grounding_told(self, message: "ConversationPane.GroundingTold") -> None:
        self.say(message.words, kind="grounding")

    def on_conversation_pane_export_requested(self) -> None:
        self.when_whole(self._export)

    @work
    async def _export(self) -> None:
        from tui.conversation.export.markdown import file_name
        from tui.screens.choice_list import ChoiceList
        from tui.workspace.exporting import FORMATS

        formats = list(FORMATS.values())
        words = [made.words for made in formats]
        chosen = await self.app.push_screen_wait(ChoiceList("Export as", words, takes="write the file", first=0))
        if chosen is None or self.open_id is None:
            return
        title, made = self.view.head.title, formats[chosen]
        name = file_name(title, now().astimezone().date(), made.suffix)
        try:
            self._say_written(await self.workspace.exporter.write(self.open_id, title, made.name, Path.cwd() / name))
        except ApiError as error:
            self.say(f"It was not exported. {error.message}", kind="writing", severity="problem")
        except OSError as error:
            self._say_unwritten(name, error)

    def on_conversation_pane_questions_requested(self) -> None:
        self.when_whole(self._list_questions)

    @work
    async def _list_questions(self) -> None:
        from tui.screens.choice_list import ChoiceList

        questions = [turn.question or "" for turn in self.view.pane.transcript.headings()]
        turn = await self.app.push_screen_wait(ChoiceList("Questions", questions))
        if turn is not None:
            self.view.pane.go_to_turn(turn)

    def action_help(self) -> None:
        """Show every key of the program."""
        from tui.screens.help import Help, help_groups

        self.app.push_screen(Help(help_groups(self.keys_by_purpose())))

    def keys_by_purpose(self) -> Mapping[str, Iterable[Binding]]:
        """The keys that the program binds, by what they are for."""
        from tui.lineview.line_view import LineView
        from tui.widgets.conversation_pane import ConversationPane

        return {
            "Move": own_bindings(LineView),
            "Read": own_bindings(ConversationPane),
            "Everywhere": [*own_bindings(type(self)), *own_bindings(type(self.app))],
        }
