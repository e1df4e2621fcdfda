"""The sets of indexes to choose again: those saved by a name, and those of earlier sessions."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.content import Content
from textual.widgets.option_list import Option

from tui.api.models import Index
from tui.conversation.catalogue import names_of
from tui.keys.bound import bound
from tui.keys.keymap import key_for
from tui.sanitize import clean_line
from tui.screens.filter_dialog import FilterDialog
from tui.screens.text_prompt import TextPrompt
from tui.workspace.indexes import IndexSet, IndexSets

NONE_YET = "No set is saved yet, and no earlier session has one. {} in the picker saves what is ticked there."
NOT_SAVED = "This is what an earlier session searches: only a saved set can be renamed or removed."


class SetList(FilterDialog[Sequence[str]]):
    """Returns the ids of the indexes of the chosen set, of those that there are. The saved sets stand first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        bound("sets.rename", "rename"),
        bound("sets.remove", "remove"),
    ]

    def __init__(self, sets: IndexSets, indexes: Sequence[Index]) -> None:
        super().__init__(
            "Sets of indexes",
            f"Enter tick these · {key_for('sets.rename')} rename · {key_for('sets.remove')} remove · Esc close",
        )
        self._sets = sets
        self._indexes = indexes
        self._listed: Sequence[IndexSet] = ()
        self._to_remove: IndexSet | None = None

    def options_with(self, wanted: str) -> Sequence[Option]:
        self._listed = self._sets.all(self._indexes)
        lines = enumerate(map(self._line, self._listed))
        return [Option(line, id=str(number)) for number, line in lines if wanted in line.plain.casefold()]

    def _line(self, index_set: IndexSet) -> Content:
        names = ", ".join(names_of(index_set.index_ids, self._indexes))
        name = clean_line(index_set.name)
        if not name:
            return Content.assemble(names, ("  an earlier session", "$foreground-muted"))
        return Content.assemble((name, "bold"), f"  {names}", ("  saved", "$foreground-muted"))

    def list_options(self, *, cursor_on: str | None = None) -> None:
        """List what the filter leaves, and say how sets come about where there is none."""
        super().list_options(cursor_on=cursor_on)
        if not self._listed:
            self.say(NONE_YET.format(key_for("picker.save_set")))

    def ask(self, problem: str) -> None:
        """Show a question or a refusal; whether a set is to be removed is not asked any more."""
        self._to_remove = None
        super().ask(problem)

    @property
    def _chosen(self) -> IndexSet | None:
        return None if self.under_cursor is None else self._listed[int(self.under_cursor)]

    def action_take(self) -> None:
        if (chosen := self._chosen) is None:
            return
        existing = {index.id for index in self._indexes}
        index_ids = [index_id for index_id in chosen.index_ids if index_id in existing]
        if index_ids:
            self.dismiss(index_ids)
        else:
            self.ask("None of its indexes is here any more.")

    @work
    async def action_rename(self) -> None:
        """Have another name typed for the saved set under the cursor."""
        if (name := self._saved_name()) is None:
            return
        new_name = await self.app.push_screen_wait(
            TextPrompt("Name of this set", "Enter name it · Esc close", value=name)
        )
        if not new_name:
            return
        is_renamed = self._sets.rename(name, new_name)
        self.list_options(cursor_on=self.under_cursor)
        self.ask("" if is_renamed else f"There is a set {clean_line(new_name)} already. Choose another name.")

    def action_remove(self) -> None:
        """Remove the saved set under the cursor, if the same key asked for it before."""
        if (name := self._saved_name()) is None:
            return
        if self._to_remove == self._chosen:
            self._sets.remove(name)
            self.list_options(cursor_on=self.under_cursor)
            self.ask("")
        else:
            self.ask(f"{key_for('sets.remove')} again removes the set {clean_line(name)}. Its indexes stay.")
            self._to_remove = self._chosen

    def _saved_name(self) -> str | None:
        """The name of the set under the cursor; where it has none, that is said."""
        if (chosen := self._chosen) is None:
            return None
        if not chosen.name:
            self.ask(NOT_SAVED)
        return chosen.name or None
