"""The open conversation: its heading, its lines, the scrollbar, and the field to find in it."""

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.conversation.transcript import Transcript
from tui.widgets.conversation_head import ConversationHead
from tui.widgets.start_page import StartPage

if TYPE_CHECKING:
    from tui.widgets.conversation_pane import ConversationPane
    from tui.widgets.scroll_track import ScrollTrack


class FindBar(Horizontal):
    """A field for what to find, and which occurrence of how many is shown."""

    field = getters.query_one(Input)
    found = getters.query_one("#found", Static)

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Find in this conversation", compact=True)
        yield Static(id="found", markup=False)


class ConversationView(Vertical):
    """Shows one conversation at a time.

    What the pane may answer with a message for the screen is called later: a message that is posted while its reader
    handles another one goes no further up than the reader.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "end_find", "End finding", show=False)]

    head = getters.query_one(ConversationHead)
    notice = getters.query_one("#notice", Static)
    start_page = getters.query_one(StartPage)
    body = getters.query_one("#body", Horizontal)

    def __init__(self, *, checks_grounding: bool = True) -> None:
        """`checks_grounding`: whether what stands in no evidence is underlined."""
        super().__init__()
        self._checks_grounding = checks_grounding
        self._find_bar: FindBar | None = None

    def compose(self) -> ComposeResult:
        body, notice = Horizontal(id="body"), Static(id="notice", markup=False)
        body.display = notice.display = False
        yield ConversationHead()
        yield body
        yield notice
        yield StartPage()

    @cached_property
    def pane(self) -> "ConversationPane":
        """The lines of the conversation. They are loaded and mounted when first asked for: no first key needs them."""
        from tui.widgets.conversation_pane import ConversationPane

        pane = ConversationPane()
        pane.checks_grounding = self._checks_grounding
        self.body.mount(pane, self.track)
        return pane

    def make_ready(self) -> None:
        """Mount the pane before there is anything to show in it, so that the first conversation waits less."""
        _ = self.pane

    @cached_property
    def track(self) -> "ScrollTrack":
        """The scrollbar of the lines."""
        from tui.widgets.scroll_track import ScrollTrack

        return ScrollTrack()

    def show(self, session_id: str, transcript: Transcript) -> None:
        """Turn to a conversation, at the place where it was left, or at its end."""
        self._show_only(self.body)
        self.pane.show(session_id, transcript)

    def show_beginning(self) -> None:
        """Show how to begin, in place of a conversation, which is left."""
        if self.body.children:  # else there is no pane yet
            self.pane.leave()
        self._show_only(self.start_page)

    def show_notice(self, notice: str) -> None:
        """Show a few words in place of a conversation."""
        self.notice.update(notice)
        self._show_only(self.notice)

    def _show_only(self, shown: Widget) -> None:
        for part in (self.body, self.notice, self.start_page):
            part.display = part is shown

    def draw(self, transcript: Transcript) -> None:
        """Draw a later state of the conversation that is shown."""
        self.pane.draw(transcript)

    def on_descendant_focus(self) -> None:
        self._show_focus()

    def on_descendant_blur(self) -> None:
        self._show_focus()

    def _show_focus(self) -> None:
        """Set off the head where the keys act here: one part may lose the focus after another one has got it."""
        self.head.set_class(self.has_focus_within, "-in-use")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "end_find":
            return self._find_bar is not None
        return super().check_action(action, parameters)

    def on_line_view_scrolled(self, message: "ConversationPane.Scrolled") -> None:
        self.track.first, self.track.last = message.first, message.last

    def on_scroll_track_dragged(self, message: "ScrollTrack.Dragged") -> None:
        message.stop()
        self.pane.call_later(self.pane.go_to_share, message.share)

    async def on_conversation_pane_find_requested(self, message: "ConversationPane.FindRequested") -> None:
        message.stop()
        if self._find_bar is None:
            self._find_bar = FindBar()
            await self.mount(self._find_bar)
        self._find_bar.field.focus()

    def on_input_changed(self, message: Input.Changed) -> None:
        if self._find_bar is not None:
            self.pane.find(message.value)

    def on_conversation_pane_found(self, message: "ConversationPane.Found") -> None:
        message.stop()
        if self._find_bar is not None:
            self._find_bar.found.update(message.words)

    def on_conversation_pane_left(self, message: "ConversationPane.Left") -> None:
        message.stop()
        self._close_find_bar()

    def on_input_submitted(self) -> None:
        self.pane.focus()

    async def action_end_find(self) -> None:
        bar, self._find_bar = self._find_bar, None
        self.screen.set_focus(self.pane)
        self.pane.find("")
        if bar is not None:
            await bar.remove()

    def _close_find_bar(self) -> None:
        bar, self._find_bar = self._find_bar, None
        if bar is not None:
            bar.remove()
