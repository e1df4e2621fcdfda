"""The actions whose keys can be changed, by their ids; each has its usual keys, and the place in which they act."""

from collections.abc import Mapping

from tui.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class KeyPlace:
    """Where keys act. `around` names the places that act at the same time, besides "everywhere".

    With `is_typed_in` the keys act while the user types: a letter is text there. With `edits` the field has its keys
    before the place has.
    """

    heading: str
    around: frozenset[str] = frozenset()
    is_typed_in: bool = False
    edits: bool = False


_PANES = frozenset(("list", "conversation", "evidence"))

PLACES: Mapping[str, KeyPlace] = {
    "everywhere": KeyPlace("Everywhere", is_typed_in=True),
    "main": KeyPlace("Everywhere but in dialogs", _PANES | {"outside", "composer", "text"}, is_typed_in=True),
    "outside": KeyPlace("Outside of text fields", _PANES | {"main", "composer", "text"}, edits=True),
    "composer": KeyPlace("In the field where you type", frozenset(("main", "outside")), is_typed_in=True, edits=True),
    "list": KeyPlace("In the sessions list", frozenset(("main", "outside", "text"))),
    "text": KeyPlace("In lists and texts", _PANES | {"main", "outside"}),
    "conversation": KeyPlace("In the conversation", frozenset(("main", "outside", "text"))),
    "evidence": KeyPlace("In the evidence", frozenset(("main", "outside", "text"))),
    "picker": KeyPlace("In the index picker", is_typed_in=True, edits=True),
    "sets": KeyPlace("In the sets of indexes", is_typed_in=True, edits=True),
    "questions": KeyPlace("In the questions asked before", is_typed_in=True, edits=True),
    "search": KeyPlace("In the search of all sessions", is_typed_in=True, edits=True),
    "settings": KeyPlace("In the settings", is_typed_in=True, edits=True),
    "page": KeyPlace("At the picture of a page"),
}


@dataclass(frozen=True, slots=True)
class Action:
    """`keys` are those that it has by itself, as Textual names them, with commas between."""

    id: str
    keys: str
    words: str
    place: str


_TABLE: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "everywhere": (
        ("app.quit", "ctrl+q", "Quit"),
        ("app.commands", "ctrl+p", "Commands"),
        ("app.redraw", "ctrl+l", "Redraw"),
        ("app.suspend", "ctrl+z", "Suspend"),
    ),
    "main": (
        ("app.help", "f1", "Help"),
        ("app.settings", "f10,ctrl+comma", "Settings"),
        ("session.new", "ctrl+n", "New"),
        ("session.indexes", "f4", "Choose the indexes of this session"),
        ("sessions.show", "ctrl+s", "Sessions"),
        ("sessions.toggle", "f2", "Show or hide the sessions"),
        ("sessions.search", "ctrl+f", "Search all sessions"),
    ),
    "outside": (
        ("app.connect", "f5,R,r", "Connect again, or load the list again"),
        ("sessions.undo_delete", "alt+u,u", "Undo a deletion"),
    ),
    "composer": (
        ("composer.send", "enter", "Send"),
        ("composer.new_line", "ctrl+j,shift+enter,alt+enter", "New line"),
        ("composer.questions", "ctrl+r", "Questions asked before"),
        ("composer.editor", "ctrl+g", "Editor"),
    ),
    "list": (
        ("list.open", "enter", "Open"),
        ("list.filter", "slash", "Filter"),
        ("list.select", "space", "Select, to delete several"),
        ("list.delete", "delete,backspace", "Delete"),
        ("list.pin", "p", "Pin"),
        ("list.rename", "r", "Name"),
        ("list.info", "i", "Info"),
        ("list.ask_again", "o", "Ask again on other indexes"),
    ),
    "text": (
        ("text.up", "up,k", "Up"),
        ("text.down", "down,j", "Down"),
        ("text.page_up", "pageup,ctrl+u", "Page up"),
        ("text.page_down", "pagedown,ctrl+d", "Page down"),
        ("text.start", "home,g", "Start"),
        ("text.end", "end,G", "End"),
        ("text.next_part", "J", "Next part"),
        ("text.previous_part", "K", "Previous part"),
        ("text.select", "v", "Select"),
        ("text.extend_left", "left,h", "Extend the selection left"),
        ("text.extend_right", "right,l", "Extend the selection right"),
    ),
    "conversation": (
        ("conversation.find", "slash", "Find"),
        ("conversation.next_match", "n", "Next match"),
        ("conversation.previous_match", "N", "Previous match"),
        ("conversation.follow", "f", "Follow a link"),
        ("conversation.copy", "y", "Copy"),
        ("conversation.evidence", "s", "Evidence"),
        ("conversation.ledger", "l", "Ledger"),
        ("conversation.trace", "t", "Trace"),
        ("conversation.questions", "o", "Questions"),
        ("conversation.export", "e", "Export"),
        ("conversation.open_whole", "p", "Open whole"),
        ("conversation.fold", "enter,space", "Fold"),
        ("conversation.details", "ctrl+o", "Details"),
        ("conversation.thinking", "ctrl+t", "Thinking"),
        ("conversation.previous_question", "left_curly_bracket", "Previous question"),
        ("conversation.next_question", "right_curly_bracket", "Next question"),
        ("conversation.next_claim", "u", "Next without evidence"),
        ("conversation.previous_claim", "U", "Previous without evidence"),
    ),
    "evidence": (
        ("evidence.context", "enter", "Context"),
        ("evidence.fold", "space", "Fold"),
        ("evidence.next_of_document", "n", "Next of this document"),
        ("evidence.previous_of_document", "N", "Previous of this document"),
        ("evidence.copy", "y", "Copy"),
        ("evidence.open_file", "o", "Open file"),
        ("evidence.page", "p", "Page"),
        ("evidence.ledger", "l", "Ledger"),
        ("evidence.trace", "t", "Trace"),
        ("evidence.close", "s", "Close"),
    ),
    "picker": (
        ("picker.tick", "space,tab", "Tick"),
        ("picker.tick_none", "f7", "Tick nothing"),
        ("picker.save_set", "f2", "Save what is ticked as a set"),
        ("picker.sets", "f6", "Tick a saved set, or what an earlier session searches"),
        ("picker.details", "f3", "What the index contains"),
        ("picker.bound", "f4", "Bound or unbound"),
        ("picker.add_folder", "ctrl+o", "Add a folder"),
        ("picker.sync", "f5", "Read the folder again"),
        ("picker.remove", "f8", "Remove the index"),
    ),
    "sets": (
        ("sets.rename", "f2", "Rename the set"),
        ("sets.remove", "f8", "Remove the set"),
    ),
    "questions": (
        ("questions.earlier", "ctrl+r", "An earlier one"),
        ("questions.forget", "f8", "Forget the question"),
    ),
    "search": (("search.pause", "f6", "Pause fetching, or go on"),),
    "settings": (("settings.unset", "f8", "As it is by itself"),),
    "page": (
        ("page.nearer", "plus,equals_sign", "Nearer"),
        ("page.farther", "minus", "Farther"),
        ("page.whole", "0", "The whole page"),
        ("page.next", "n,pagedown", "Next page"),
        ("page.previous", "p,pageup", "Previous page"),
        ("page.write", "w", "Write to a file"),
    ),
}

ACTIONS: Mapping[str, Action] = {
    action_id: Action(action_id, keys, words, place)
    for place, rows in _TABLE.items()
    for action_id, keys, words in rows
}

FIXED: Mapping[str, str] = {
    "escape": "closes, clears or stops",
    "ctrl+c": "copies, stops or quits",
    "tab": "leads to the next pane",
    "shift+tab": "leads to the pane before",
}
"""Keys that do the same everywhere, so that there is always a way out. No other action gets them."""

FIXED_IN: Mapping[str, Mapping[str, str]] = {
    **{pane: {str(number): "opens that passage" for number in range(1, 10)} for pane in ("conversation", "evidence")},
    "outside": {
        "f6": "selects a line in the field where you type",
        "f7": "selects all that is written there",
        "question_mark": "opens the help",
    },
    "text": {"q": "closes a text"},
    "page": {
        "q": "closes the picture",
        "enter": "loads it",
        **dict.fromkeys(("up", "down", "left", "right", "h", "j", "k", "l"), "moves it"),
    },
}
"""Keys that do the same wherever a place is."""

MOVING = frozenset(
    ("backspace", "delete", "down", "end", "enter", "home", "insert", "left", "pagedown", "pageup", "right")
) | {"space", "up"}
"""Keys that have names of their own and do something in a text field."""

EDITING = frozenset(
    (
        *MOVING,
        *(f"shift+{key}" for key in MOVING),
        *(f"ctrl+{key}" for key in "adehkuvwxyz"),
        *(f"ctrl+{key}" for key in ("backspace", "delete", "down", "end", "home", "left", "right", "slash", "up")),
        *("ctrl+underscore", "ctrl+shift+minus", "ctrl+shift+underscore"),
        *("ctrl+shift+a", "ctrl+shift+k", "ctrl+shift+left", "ctrl+shift+right"),
        *("alt+backspace", "alt+delete", "super+backspace", "super+c", "super+x", "super+y", "super+z"),
    )
)
"""Keys that edit text in a field, move in it, or scroll the conversation from it, beside those that type it."""
