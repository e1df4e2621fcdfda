"""The keys that this program binds itself, apart from those that come with Textual's widgets."""

from collections.abc import Iterator
from typing import Any

from textual.binding import ActiveBinding, Binding
from textual.dom import DOMNode
from textual.screen import Screen


def own_keys(screen: "Screen[Any]") -> Iterator[ActiveBinding]:
    """What works where the focus is and has a name, innermost first, once for each action."""
    seen: set[str] = set()
    for active in screen.active_bindings.values():
        action = active.binding.action
        if active.enabled and active.binding.description and action not in seen and action in _bound_by(active.node):
            seen.add(action)
            yield active


def _bound_by(node: DOMNode) -> set[str]:
    """The actions that the node's own classes bind, not those that they inherit from Textual's."""
    own = (base for base in type(node).__mro__ if base.__module__.startswith("tui."))
    return {binding.action for base in own for binding in Binding.make_bindings(vars(base).get("BINDINGS", ()))}
