"""The help: every key of the program, by what it is for."""

from collections.abc import Iterable, Mapping, Sequence
from textwrap import wrap
from typing import ClassVar, TypeAlias

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.keys.names import key_names
from tui.screens.dialog import Dialog

KEY_COLUMNS = 18
WIDE_COLUMNS = 100
"""From this width on the groups stand in two columns."""

Rows: TypeAlias = Sequence[tuple[str, str]]
"""Keys as they are spelled, and what they do."""

Groups: TypeAlias = Mapping[str, Rows]
"""The rows of each group, by its name."""

COPY_ACTIONS = {"copy", "select", "extend(-1)", "extend(1)"}

MORE_ROWS: Mapping[str, Rows] = {
    "Read": [("1 … 9", "The passage with that number")],
    "Copy": [
        ("{copy} then c", "The next code block of the answer"),
        ("{copy} then q", "The question"),
        ("{copy} then a", "The whole answer"),
        ("{copy} then w", "To a file what was copied last"),
    ],
}
"""Keys that are no bindings. `{copy}` is the key that copies."""


def help_groups(bindings: Mapping[str, Iterable[Binding]]) -> Groups:
    """The keys of each group, without those that stand in an earlier one. Copying has a group of its own."""
    seen: set[tuple[str, str]] = set()
    groups: dict[str, list[tuple[str, str]]] = {name: [] for name in (*bindings, "Copy")}
    for name, bindings_of_group in bindings.items():
        for binding in bindings_of_group:
            row = key_names(binding.key), binding.description
            if binding.description and row not in seen:
                seen.add(row)
                groups["Copy" if binding.action in COPY_ACTIONS else name].append(row)
    copy = key_for("conversation.copy")
    more = {name: [(keys.format(copy=copy), does) for keys, does in rows] for name, rows in MORE_ROWS.items()}
    return {name: _joined([*rows, *more.get(name, ())]) for name, rows in groups.items() if rows}


def _joined(rows: Rows) -> Rows:
    """One row for the keys that do the same."""
    keys: dict[str, list[str]] = {}
    for key, does in rows:
        keys.setdefault(does, []).append(key)
    return [(" ".join(names), does) for does, names in keys.items()]


class HelpColumn(Widget):
    """Groups of keys below one another. What a key does stands in a column of its own, however often it is wrapped."""

    groups: reactive[Groups] = reactive({}, layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        del container, viewport
        return len(self._lines(width))

    def render(self) -> Content:
        return Content("\n").join(self._lines(self.content_size.width))

    def _lines(self, width: int) -> Sequence[Content]:
        lines: list[Content] = []
        for name, rows in self.groups.items():
            lines += [Content()] if lines else []
            lines.append(Content.styled(name, "bold $primary"))
            for keys, does in rows:
                lines += _row_lines(keys, does, width)
        return lines


def _row_lines(keys: str, does: str, width: int) -> Iterable[Content]:
    """A row of the help; keys that are too long for their column stand above what they do."""
    wrapped = wrap(does, max(1, width - KEY_COLUMNS))
    if len(keys) >= KEY_COLUMNS:
        yield from (Content.styled(line, "$accent") for line in wrap(keys, max(1, width)))
        keys = ""
    for line in wrapped:
        yield Content.assemble((keys.ljust(KEY_COLUMNS), "$accent"), line)
        keys = ""


class Help(Dialog[None]):
    """Shows the groups. The key that opened it closes it, and so do q and Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,question_mark", "close", "Close"),
        bound("app.help", "close"),
        Binding("up,k", "scroll('up')", "Up"),
        Binding("down,j", "scroll('down')", "Down"),
        Binding("pageup", "scroll('page_up')", "Page up"),
        Binding("pagedown,space", "scroll('page_down')", "Page down"),
    ]

    body = getters.query_one(VerticalScroll)
    keys_line = getters.query_one(".dialog-keys", Static)

    def __init__(self, groups: Groups) -> None:
        super().__init__()
        self._groups = groups

    def compose(self) -> ComposeResult:
        with Vertical(id="help"):
            yield Static("Keys", classes="dialog-title", markup=False)
            with VerticalScroll(can_focus=False), Horizontal(id="help-columns"):
                yield HelpColumn()
                yield HelpColumn()
            yield Static(classes="dialog-keys", markup=False)

    def on_resize(self) -> None:
        first, second = self.query(HelpColumn)
        is_wide = self.app.size.width >= WIDE_COLUMNS
        first.groups, second.groups = _halves(self._groups) if is_wide else (self._groups, {})
        second.display = is_wide
        self.call_after_refresh(self._show_keys)

    def _show_keys(self) -> None:
        more = "↓ more · " if self.body.scroll_offset.y < self.body.max_scroll_y else ""
        self.keys_line.update(f"{more}{key_for('app.help')} or Esc close")

    def action_scroll(self, direction: str) -> None:
        scroll = {
            "up": self.body.scroll_up,
            "down": self.body.scroll_down,
            "page_up": self.body.scroll_page_up,
            "page_down": self.body.scroll_page_down,
        }[direction]
        scroll(animate=False, on_complete=self._show_keys)


def _halves(groups: Groups) -> tuple[Groups, Groups]:
    """The groups in their order, in two columns of nearly the same height."""
    heights = [len(rows) + 2 for rows in groups.values()]
    split = min(range(len(heights) + 1), key=lambda at: abs(sum(heights[:at]) - sum(heights[at:])))
    rows = list(groups.items())
    return dict(rows[:split]), dict(rows[split:])
