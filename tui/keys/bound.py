"""Bindings of Textual from the table of actions: one that has an id there follows the keymap by it."""

from textual.binding import Binding

from tui.keys.actions import ACTIONS


def bound(action_id: str, action: str, *, show: bool = True, priority: bool = False) -> Binding:
    """The binding of an action's usual keys to a method `action_...`."""
    known = ACTIONS[action_id]
    return Binding(known.keys, action, known.words, show=show, priority=priority, id=action_id)


MOVES = (
    bound("text.up", "scroll_rows(-1)", show=False),
    bound("text.down", "scroll_rows(1)", show=False),
    bound("text.page_up", "scroll_pages(-1)", show=False),
    bound("text.page_down", "scroll_pages(1)", show=False),
    bound("text.start", "go_to_start", show=False),
    bound("text.end", "go_to_end", show=False),
)
"""The bindings of whatever is read line by line, a conversation as well as a list."""
