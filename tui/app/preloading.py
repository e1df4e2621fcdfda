"""What the first conversation needs is loaded in a thread while the start page rests: no key waits for it then."""

from importlib import import_module

PRELOAD_AFTER_SECONDS = 0.3
"""Seconds from the first frame on: what is typed at once is shown before."""

FOR_A_CONVERSATION = (
    "tui.api.stream",
    "tui.widgets.conversation_pane",
    "tui.widgets.scroll_track",
    "tui.conversation.past_turns",
    "tui.rendering.tool_group",
    "tui.rendering.parts",
    "tui.conversation.grounding.checking",
    "textual.scrollbar",
)


def preload() -> None:
    """Load them, with what they load. Blocks for about 0.1 s."""
    for name in FOR_A_CONVERSATION:
        import_module(name)
