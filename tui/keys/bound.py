"""Bindings of Textual from the table of actions: one that has an id there follows the keymap by it."""

from textual.binding import Binding

from tui.keys.actions import ACTIONS


def bound(action_id: str, action: str, *, show: bool = True, priority: bool = False) -> Binding:
    """The binding of an action's usual keys to a method `action_...`."""
    known = ACTIONS[action_id]
    return Binding(known.keys, action, known.words, show=show, priority=priority, id=action_id)
