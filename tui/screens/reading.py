"""Reading a conversation: what its keys open, copy and write, apart from browsing and asking."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal, TypeAlias

from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.conversation.catalogue import now
from tui.conversation.plain_text import plain_text
from tui.lineview.line_view import LineView
from tui.widgets.conversation_pane import ConversationPane
from tui.widgets.conversation_view import ConversationView
from tui.widgets.own_keys import own_keys

Severity: TypeAlias = Literal["info", "problem"]


class ReadingScreen(Screen[None]):
    """Answers what the conversation pane of its reader asks for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", priority=True, show=False),
        Binding("question_mark", "help", "Help", show=False),
    ]

    def say(self, words: str, kind: str = "", severity: Severity = "info") -> None:
        """Say something in a notice. It takes the place of an older one of its kind."""
        del kind
        self.notify(words, severity="error" if severity == "problem" else "information", markup=False, timeout=5)

    def on_conversation_pane_copy_requested(self, message: ConversationPane.CopyRequested) -> None:
        excerpt = message.excerpt
        self.app.copy_to_clipboard(excerpt.text)
        more = (
            ""
            if excerpt.kind == "selection"
            else " Then c: a code block, q: the question, a: the answer, w: to a file."
        )
        self.say(f"Sent the {excerpt.kind} to the terminal's clipboard.{more}", "copy")

    def on_conversation_pane_last_copy_requested(self) -> None:
        self._write("llamachat-copy.md", self.app.clipboard)

    def _write(self, name: str, text: str) -> None:
        """Write a text to a new file of that name, or one like it, in the folder that the app was started in."""
        from tui.workspace.new_file import write_new_file

        try:
            path = write_new_file(Path.cwd() / name, text)
        except OSError as error:
            self.say(f"It could not be written: {error.strerror}: {error.filename or name}", "file", "problem")
        else:
            self.say(f"Written to {path}", "file")

    def on_line_view_link_chosen(self, message: LineView.LinkChosen) -> None:
        from tui.screens.link import LinkDialog

        self.app.push_screen(LinkDialog(message.url))

    def on_conversation_pane_whole_requested(self, message: ConversationPane.WholeRequested) -> None:
        from tui.screens.pager import Pager  # here and below: no dialog is loaded before it is opened

        self.app.push_screen(Pager("The whole part", partial(plain_text, message.part)))

    def on_conversation_pane_sources_requested(self, message: ConversationPane.SourcesRequested) -> None:
        from tui.conversation.passages import Passage, cited_passage, passages_of
        from tui.screens.choice_list import ChoiceList
        from tui.screens.pager import Pager

        turn = self.query_one(ConversationView).pane.transcript[message.turn]
        passages = passages_of(turn)

        def show(passage: Passage) -> None:
            self.app.push_screen(Pager(passage.origin, lambda: passage.text or "This passage has no text."))

        def show_chosen(number: int | None) -> None:
            if number is not None:
                show(passages[number])

        if not passages:
            self.say("This answer came with no passages.", "sources")
        elif message.number is None:
            self.app.push_screen(ChoiceList("Sources", [passage.origin for passage in passages]), show_chosen)
        elif (cited := cited_passage(turn, message.number)) is not None:
            show(cited)
        else:
            self.say(f"[{message.number}] leads nowhere: no passage of this answer has this number.", "sources")

    def _when_whole(self, act: Callable[[], None]) -> None:
        """Do something that is about the whole conversation, once it is there."""
        if not self.query_one(ConversationView).pane.when_whole(act):
            self.say("The earlier turns are still loading; this is done when they are there.", "whole")

    def on_conversation_pane_export_requested(self) -> None:
        self._when_whole(self._export)

    def _export(self) -> None:
        from tui.conversation.export import as_markdown, file_name

        reader = self.query_one(ConversationView)
        text = as_markdown(reader.head.title, reader.pane.transcript)
        self._write(file_name(reader.head.title, now().astimezone().date()), text)

    def on_conversation_pane_questions_requested(self) -> None:
        self._when_whole(self._list_questions)

    def _list_questions(self) -> None:
        from tui.screens.choice_list import ChoiceList

        questions = [turn.question or "" for turn in self.query_one(ConversationView).pane.transcript]

        def go(turn: int | None) -> None:
            if turn is not None:
                self.query_one(ConversationView).pane.go_to_turn(turn)

        self.app.push_screen(ChoiceList("Questions", questions), go)

    def action_help(self) -> None:
        """Show every key that works where the focus is."""
        from tui.screens.pager import Pager

        keys: dict[str, list[str]] = {}
        own = [active.binding for active in own_keys(self)]
        inherited = [active.binding for active in self.active_bindings.values() if active.binding.description]
        for binding in [*own, *inherited]:
            shown = keys.setdefault(binding.description, [])
            if (key := self.app.get_key_display(binding)) not in shown:
                shown.append(key)
        lines = [f"{', '.join(names):<24}  {description}" for description, names in keys.items()]
        self.app.push_screen(Pager("Keys that work here", lambda: "\n".join(lines)))
