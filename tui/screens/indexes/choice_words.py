"""What the picker says of a choice: what Enter will do with it."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

from tui.api.models import Index
from tui.conversation.catalogue import names_of
from tui.keys.keymap import key_for
from tui.sanitize import clean_line

Purpose: TypeAlias = Literal["session", "question", "scope"]

NAME_CELLS = 40

_ENTER: dict[Purpose, str] = {
    "session": "Enter starts a session on",
    "question": "Enter asks",
    "scope": "Enter has the next questions search",
}
BOUND = "bound for good"
UNBOUND = "unbound: {} gives it others later"
TICK_FIRST = "Tick what it is to search."


def what_enter_does(
    purpose: Purpose, ticked: Sequence[str], indexes: Sequence[Index], under_cursor: str | None, *, is_bound: bool
) -> str:
    """A sentence that names the indexes, also those that a filter hides. Nothing ticked takes the one under the cursor.

    For a session it says too whether that is bound; one that is not may have no index yet.
    """
    if purpose == "session" and not is_bound and not ticked:
        return "Nothing is ticked: Enter starts an unbound session, and its first question asks which indexes."
    chosen = ticked or [index_id for index_id in [under_cursor] if index_id is not None]
    if not chosen:
        return TICK_FIRST
    names = [clean_line(name, NAME_CELLS) for name in names_of(chosen, indexes)]
    count = f"{len(names)} indexes: " if len(names) > 1 else ""
    sentence = f"{_ENTER[purpose]} {count}{', '.join(names)}"
    kind = (BOUND if is_bound else UNBOUND.format(key_for("session.indexes"))) if purpose == "session" else ""
    words = " · ".join(filter(None, [sentence, kind]))
    return words if ticked else f"Nothing is ticked: {words}"
