"""The keys in force: which keys an action has now, and how they are spelled.

There is one keyboard, so there is one keymap in the process, which the app takes into use before it draws.
"""

from collections.abc import Mapping

from tui.keys.actions import ACTIONS
from tui.keys.names import key_name

_changed: dict[str, str] = {}
"""The keys that the user gave to actions, by the ids of these."""


def use_keys(changed: Mapping[str, str]) -> None:
    """Have these actions have these keys from now on (as Textual names them, with commas between), and no other."""
    _changed.clear()
    _changed.update(changed)


def keys_of(action_id: str) -> str:
    """The keys that an action has, as Textual names them, with commas between."""
    return _changed.get(action_id) or ACTIONS[action_id].keys


def has_key(action_id: str, key: str) -> bool:
    """Whether a key, as Textual names it, is one of the action's."""
    return key in keys_of(action_id).split(",")


def key_for(action_id: str) -> str:
    """How the key of an action is spelled; of several, the first."""
    return key_name(keys_of(action_id).partition(",")[0])
