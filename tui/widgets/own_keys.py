"""The keys that this program binds itself, apart from those that come with Textual's widgets."""

from collections.abc import Sequence

from textual.binding import Binding
from textual.dom import DOMNode


def own_bindings(node: type[DOMNode]) -> Sequence[Binding]:
    """What a class and its bases bind, innermost first; of Textual's bases nothing."""
    own = (base for base in node.__mro__ if base.__module__.startswith("tui."))
    return [binding for base in own for binding in Binding.make_bindings(vars(base).get("BINDINGS", ()))]
