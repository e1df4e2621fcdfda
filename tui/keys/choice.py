"""The keys that a user chooses: read from the config file, and checked before they are used."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import cast

from tui.keys.actions import ACTIONS, EDITING, FIXED, FIXED_IN, PLACES, Action
from tui.keys.names import key_name
from tui.keys.parsing import key_of
from tui.sanitize import clean_line

SAME: Mapping[str, str] = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
    "ctrl+space": "ctrl+@",
    "alt+f": "ctrl+right",
    "alt+b": "ctrl+left",
}
"""Keys that most terminals send as another one, or that Textual (8.2.8) takes for one: `ESC f` and `ESC b`."""

HOW_TO_WRITE = "A key is written like ctrl+t, alt+x, f6, pageup, space, a letter or a sign."


class KeyChoiceError(Exception):
    """Keys cannot be used. The message says which, in which line if it is known, and what would be right."""


def read_keys(table: Mapping[str, object], text: str = "") -> Mapping[str, str]:
    """The keys by the ids of actions, from a table `[keys]`, with commas between as Textual has them.

    `text` is that of the file, in which lines are found. Raises `KeyChoiceError`.
    """
    chosen: dict[str, str] = {}
    places: dict[str, str] = {}
    for action_id, written in _entries(table):
        line = _line_of(text, action_id)
        place = f" in line {line}" if line else ""
        if action_id not in ACTIONS:
            raise KeyChoiceError(f"there is no action {clean_line(action_id)!r}, named{place}.{_nearest(action_id)}")
        chosen[action_id] = ",".join(_read(action_id, written, place))
        places[action_id] = place
    for action_id in chosen:
        if problem := problem_of(action_id, chosen, places):
            raise KeyChoiceError(problem)
    return chosen


def problem_of(action_id: str, chosen: Mapping[str, str], places: Mapping[str, str] | None = None) -> str:
    """Why an action cannot have the keys that were chosen for it, in a sentence; "" where it can.

    `places` says where each was chosen: " in line 3".
    """
    where = places or {}
    action = ACTIONS[action_id]
    for key in (chosen.get(action_id) or action.keys).split(","):
        refused = f"{key_name(key)} cannot be the key of {action_id}{where.get(action_id, '')}"
        if problem := _unfit(action, key):
            return f"{refused}: {problem}"
        if (other := _other_with(key, action, chosen)) is not None:
            has = f"has it{where.get(other.id, '')}" if other.id in chosen else "has it by itself"
            return (
                f'{refused}: {other.id} ("{other.words}"), which acts at the same time, {has}. '
                "Give one of them another key."
            )
    return ""


def _other_with(key: str, action: Action, chosen: Mapping[str, str]) -> Action | None:
    """Another action that has the key where the action acts. What two share by themselves is meant so."""
    is_usual = key in action.keys.split(",")
    for other in _overlapping(action):
        if key in (chosen.get(other.id) or other.keys).split(",") and not (is_usual and key in other.keys.split(",")):
            return other
    return None


def _overlapping(action: Action) -> Sequence[Action]:
    """The other actions that act where an action acts, those of its own place first."""
    around = PLACES[action.place].around | {action.place, "everywhere"}
    everywhere = action.place == "everywhere"
    others = [other for other in ACTIONS.values() if other != action and (everywhere or other.place in around)]
    return sorted(others, key=lambda other: other.place != action.place)


def _unfit(action: Action, key: str) -> str:
    """Why a key cannot be that of an action, whatever others have, in a sentence; "" where it can."""
    place = PLACES[action.place]
    usual = {key for other in ACTIONS.values() if other.place == action.place for key in other.keys.split(",")}
    if key in usual:
        return ""
    if key_of(key) != key:
        return "the config file has no name for it."
    if key in SAME:
        return f"for most terminals it is the same key as {key_name(SAME[key])}."
    if key in FIXED:
        return f"it always {FIXED[key]}."
    fixed = [FIXED_IN[name][key] for name in (action.place, *sorted(place.around)) if key in FIXED_IN.get(name, ())]
    if fixed:
        return f"there it always {fixed[0]}."
    if place.is_typed_in and _is_text(key):
        return "in a text field it types, or moves the cursor. Keys with Ctrl or Alt, and F1 to F24, do not."
    if (place.edits or place.is_typed_in) and key in EDITING:
        return "in a text field it edits, or moves the cursor or the conversation."
    return ""


def _is_text(key: str) -> bool:
    """Whether a key types or moves in a text field: it has no modifier but Shift, and is no function key."""
    *modifiers, last = key.split("+")
    return set(modifiers) <= {"shift"} and not (last[0] == "f" and last[1:].isdigit())


def _entries(table: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """The ids of a table with what is written for them: `"session.new" = …` and `session.new = …` are the same."""
    rest = list(table.items())[::-1]
    while rest:
        name, value = rest.pop()
        if isinstance(value, dict):
            inner = cast(dict[str, object], value)
            rest += [(f"{name}.{part}", inner[part]) for part in reversed(inner)]
        else:
            yield name, value


def _read(action_id: str, written: object, place: str) -> Collection[str]:
    """The keys of one entry, each once, in their order."""
    several = cast(list[object], written) if isinstance(written, list) else [written]
    if not several:
        raise KeyChoiceError(f"{action_id} has no key{place}. Leave its line out, and it has its usual one.")
    keys: dict[str, None] = {}
    for one in several:
        key = key_of(one) if isinstance(one, str) else None
        if key is None:
            name = f"the key {clean_line(one)!r}" if isinstance(one, str) else "something that is no text in quotes"
            raise KeyChoiceError(f"{action_id} has{place} {name}, which is none. {HOW_TO_WRITE}")
        keys[key] = None
    return keys


def _line_of(text: str, action_id: str) -> int | None:
    """The number of the line that gives an action its keys; None where it is written in another way."""
    for number, line in enumerate(text.splitlines(), 1):
        written = "".join(char for char in line.partition("=")[0] if char not in " \t\"'")
        if written in (action_id, f"keys.{action_id}"):
            return number
    return None


def _nearest(action_id: str) -> str:
    from difflib import get_close_matches  # only for a mistake

    near = get_close_matches(action_id, ACTIONS, n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else " The page on configuration in the manual has them all."
