"""The help: every key of the program, by what it is for."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, TypeAlias

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.screens.dialog import Dialog
from tui.widgets.key_names import key_names

KEY_COLUMNS = 18
WIDE_COLUMNS = 100
"""From this width on the groups stand in two columns."""

Rows: TypeAlias = Sequence[tuple[str, str]]
"""Keys as they are spelled, and what they do."""

COPY_ACTIONS = {"copy", "select", "extend(-1)", "extend(1)"}

MORE_ROWS: Mapping[str, Rows] = {
    "Read": [("1 … 9", "The passage with that number")],
    "Copy": [
        ("y then c", "The next code block of the answer"),
        ("y then q", "The question"),
        ("y then a", "The whole answer"),
        ("y then w", "To a file what was copied last"),
    ],
}
"""Keys that are no bindings."""


def help_groups(bindings: Mapping[str, Iterable[Binding]]) -> Mapping[str, Rows]:
    """The keys of each group, without those that stand in an earlier one. Copying has a group of its own."""
    seen: set[tuple[str, str]] = set()
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in (*bindings, "Copy")}
    for name, bound in bindings.items():
        for binding in bound:
            row = key_names(binding.key), binding.description
            if binding.description and row not in seen:
                seen.add(row)
                groups["Copy" if binding.action in COPY_ACTIONS else name].append(row)
    return {name: _joined([*rows, *MORE_ROWS.get(name, ())]) for name, rows in groups.items() if rows}


def _joined(rows: Rows) -> Rows:
    """One row for the keys that do the same."""
    keys: dict[str, list[str]] = {}
    for key, does in rows:
        keys.setdefault(does, []).append(key)
    return [(" ".join(names), does) for does, names in keys.items()]


class Help(Dialog[None]):
    """Shows the groups. F1, q and Escape close it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,q,question_mark", "close", "Close"),
        Binding("up,k", "scroll('up')", "Up"),
        Binding("down,j", "scroll('down')", "Down"),
        Binding("pageup", "scroll('page_up')", "Page up"),
        Binding("pagedown,space", "scroll('page_down')", "Page down"),
    ]

    body = getters.query_one(VerticalScroll)
    keys_line = getters.query_one(".dialog-keys", Static)

    def __init__(self, groups: Mapping[str, Rows]) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static("Keys", classes="dialog-title", markup=False)
            with VerticalScroll(can_focus=False), Horizontal(id="help-columns"):
                yield Static(classes="help-column", markup=False)
                yield Static(classes="help-column", markup=False)
            yield Static(classes="dialog-keys", markup=False)

    def on_resize(self) -> None:
        first, second = self.query(".help-column").results(Static)
        names: Sequence[str] = list(self._groups)
        none: Sequence[str] = ()
        is_wide = self.app.size.width >= WIDE_COLUMNS
        first_names, second_names = _halves(self._groups) if is_wide else (names, none)
        first.update(self._column(first_names))
        second.update(self._column(second_names))
        second.display = is_wide
        self.call_after_refresh(self._show_keys)

    def _column(self, names: Sequence[str]) -> Content:
        groups = [Content("\n").join([Content.styled(name, "bold $primary"), *self._lines(name)]) for name in names]
        return Content("\n\n").join(groups)

    def _lines(self, name: str) -> Iterable[Content]:
        for keys, does in self._groups[name]:
            gap = " " * max(1, KEY_COLUMNS - Content(keys).cell_length)
            yield Content.assemble((keys, "$accent"), gap, does)

    def _show_keys(self) -> None:
        more = "↓ more · " if self.body.scroll_offset.y < self.body.max_scroll_y else ""
        self.keys_line.update(f"{more}F1 or Esc close")

    def action_scroll(self, direction: str) -> None:
        scroll = {
            "up": self.body.scroll_up,
            "down": self.body.scroll_down,
            "page_up": self.body.scroll_page_up,
            "page_down": self.body.scroll_page_down,
        }[direction]
        scroll(animate=False, on_complete=self._show_keys)


def _halves(groups: Mapping[str, Rows]) -> tuple[Sequence[str], Sequence[str]]:
    """The groups in their order, in two columns of nearly the same height."""
    heights = [len(rows) + 2 for rows in groups.values()]
    split = min(range(len(heights) + 1), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    names = list(groups)
    return names[:split], names[split:]
