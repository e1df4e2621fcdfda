"""Reading the open conversation: what is drawn of it, and what its keys open, copy and write."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import getters, work
from textual.binding import Binding, BindingType
from textual.reactive import var
from textual.screen import Screen

from tui.conversation.plain_text import plain_text
from tui.conversation.transcript import Transcript
from tui.lineview.line_view import LineView
from tui.lineview.selectable_view import SelectableLineView
from tui.terminal.app import DiffingApp
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.conversation_view import ConversationView
from tui.widgets.own_keys import own_bindings
from tui.workspace.workspace import Workspace


class ReadingScreen(Screen[None]):
    """Shows the conversation that is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", priority=True, show=False),
        Binding("question_mark", "help", "Help", show=False),
    ]

    app = getters.app(DiffingApp)
    view = getters.query_one(ConversationView)

    open_id: var[str | None] = var(None, init=False)
    """The session that is read and written in; None where there is none yet."""

    activity: var[str] = var("")
    """What is being waited for, in words; empty where nothing is."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace

    def watch_open_id(self, before: str | None, session_id: str | None) -> None:
        del before
        if session_id is None:
            self.view.show_beginning()
        else:
            transcript = self.workspace.transcript(session_id)
            self.view.show(session_id, transcript or Transcript())
            self.activity = "" if transcript is not None else "Opening the session…"
        self.show_heading()

    def show_heading(self) -> None:
        """Name the open session and the indexes it searches."""
        session = self.workspace.catalogue.get(self.open_id)
        if session is None:
            self.view.title = self.view.searched = ""
        else:
            self.view.title = self.workspace.title(session.session_id)
            names = ", ".join(self.workspace.searched_names(session))
            kind = "unbound" if session.index_ids is None else ""
            self.view.searched = " · ".join(filter(None, (names, kind)))

    def show_transcript(self) -> None:
        """Draw the open conversation as it is now, as soon as the terminal has drawn it as it was before."""
        transcript = self.workspace.transcript(self.open_id)
        self.activity = "Answering · Esc stops" if transcript is not None and transcript.is_busy else ""
        self.app.pace(self._draw)

    def _draw(self) -> None:
        transcript = self.workspace.transcript(self.open_id)
        if transcript is not None:
            self.view.draw(transcript)

    def on_conversation_pane_copy_requested(self, message: ConversationPane.CopyRequested) -> None:
        excerpt = message.excerpt
        self.app.copy_to_clipboard(excerpt.text)
        more = " Then c: a code block, q: the question, a: the answer, w: to a file."
        hint = "" if excerpt.kind == "selection" else more
        self.notify(f"Sent the {excerpt.kind} to the terminal's clipboard.{hint}", markup=False, timeout=4)

    def on_conversation_pane_last_copy_requested(self) -> None:
        self._write(Path.cwd() / "llamachat-copy.md", self.app.clipboard)

    def _write(self, path: Path, text: str) -> None:
        try:
            path.write_text(text, "utf-8")
        except OSError as error:
            self.notify(f"It could not be written to {path}: {error.strerror}.", severity="error", markup=False)
        else:
            self.notify(f"Written to {path}", markup=False)

    @work
    async def on_selectable_line_view_link_chosen(self, message: SelectableLineView.LinkChosen) -> None:
        from tui.screens.link import LinkDialog  # here and below: no dialog is loaded before it is opened

        if await self.app.push_screen_wait(LinkDialog(message.url)) == "copied":
            self.notify("Sent the address to the terminal's clipboard.", markup=False, timeout=4)

    def on_conversation_pane_not_found(self, message: ConversationPane.NotFound) -> None:
        self.notify(f"Not in this conversation: {message.wanted}", severity="warning", markup=False, timeout=3)

    def on_conversation_pane_whole_requested(self, message: ConversationPane.WholeRequested) -> None:
        from tui.screens.pager import Pager

        self.app.push_screen(Pager("The whole part", partial(plain_text, message.part)))

    @work
    async def on_conversation_pane_sources_requested(self, message: ConversationPane.SourcesRequested) -> None:
        from tui.conversation.passages import passages_of
        from tui.screens.choice_list import ChoiceList
        from tui.screens.pager import Pager

        passages = passages_of(self.view.pane.transcript[message.turn])
        if not passages:
            self.notify("This answer came with no passages.", severity="warning", markup=False, timeout=4)
            return

        def pager(number: int) -> Pager:
            passage = passages[number]
            return Pager(passage.origin, lambda: passage.text or "This passage has no text.")

        if message.number is not None:
            if message.number <= len(passages):
                self.app.push_screen(pager(message.number - 1))
            return
        at: int | None = 0
        origins = [passage.origin for passage in passages]
        while (
            at := await self.app.push_screen_wait(ChoiceList("Sources", origins, takes="read", first=at))
        ) is not None:
            await self.app.push_screen_wait(pager(at))

    @work
    async def on_conversation_pane_questions_requested(self) -> None:
        from tui.screens.choice_list import ChoiceList

        questions = [turn.question or "" for turn in self.view.pane.transcript]
        turn = await self.app.push_screen_wait(ChoiceList("Questions", questions))
        if turn is not None:
            self.view.pane.go_to_turn(turn)

    def on_conversation_pane_export_requested(self) -> None:
        from tui.conversation.export import as_markdown, file_name

        text = as_markdown(self.view.title, self.view.pane.transcript)
        self._write(Path.cwd() / f"{file_name(self.view.title)}.md", text)

    def action_help(self) -> None:
        """Show every key of the program."""
        from tui.screens.help import Help, help_groups

        self.app.push_screen(Help(help_groups(self.keys_by_purpose())))

    def keys_by_purpose(self) -> Mapping[str, Iterable[Binding]]:
        """The keys that the program binds, by what they are for."""
        return {
            "Move": own_bindings(LineView),
            "Read": own_bindings(type(self.view.pane)),
            "Everywhere": [*own_bindings(type(self)), *own_bindings(type(self.app))],
        }
