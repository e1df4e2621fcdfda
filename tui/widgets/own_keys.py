"""The keys that this program binds itself, apart from those that come with Textual's widgets."""

from collections.abc import Iterator, Sequence

from textual.binding import Binding
from textual.dom import DOMNode

from tui.keys.keymap import keys_of


def own_bindings(node: type[DOMNode]) -> Sequence[Binding]:
    """What a class and its bases bind now, innermost first; of Textual's bases nothing."""
    own: Iterator[Binding] = (binding for base in node.__mro__ for binding in _bindings_of(base))
    return list(Binding.make_bindings(_with_keys_in_force(binding) for binding in own))


def _bindings_of(base: type) -> Sequence[Binding]:
    return vars(base).get("BINDINGS", ()) if base.__module__.startswith("tui.") else ()


def _with_keys_in_force(binding: Binding) -> Binding:
    return binding if binding.id is None else binding.with_key(keys_of(binding.id))
