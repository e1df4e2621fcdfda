import re
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isclass
from pkgutil import walk_packages
from typing import ClassVar, cast

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingsMap, BindingType
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import Input, TextArea

import tui
from tui.keys.actions import ACTIONS, EDITING, FIXED, PLACES
from tui.keys.bound import bound
from tui.widgets.composer import Composer

NOT_WITH_THE_APP = ("tui.local", "tui.__main__", "tui.commands")


def nodes() -> Iterator[type[DOMNode]]:
    """Every class of the program that can have keys."""
    for module in walk_packages(tui.__path__, "tui."):
        if not module.name.startswith(NOT_WITH_THE_APP):
            for _, node in getmembers(import_module(module.name), isclass):
                if issubclass(node, DOMNode) and node.__module__ == module.name:
                    yield node


def merged(node: type[DOMNode]) -> BindingsMap:
    """The keys of a class and of its bases."""
    return cast(BindingsMap, vars(node)["_merged_bindings"])


def test_ids_are_a_place_or_a_thing_and_what_is_done_there() -> None:
    assert [action_id for action_id in ACTIONS if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", action_id)] == []
    assert {action.place for action in ACTIONS.values()} == set(PLACES)


def test_places_act_together_in_both_directions() -> None:
    assert all(name in PLACES[other].around for name, place in PLACES.items() for other in place.around)


def test_every_action_is_bound_and_every_id_is_an_action() -> None:
    ids = {binding.id for node in nodes() for binding in Binding.make_bindings(vars(node).get("BINDINGS", ()))}
    assert ids - {None} == set(ACTIONS)


def test_no_key_of_an_action_is_that_of_another_in_one_class() -> None:
    """Textual takes a key away from all that have it when one of them gets another."""
    for node in nodes():
        for key, bindings in merged(node).key_to_bindings.items():
            if any(binding.id for binding in bindings):
                assert len(bindings) == 1, (node, key)


def test_the_keys_that_edit_are_those_of_textuals_fields_and_of_the_one_for_questions() -> None:
    bindings = Binding.make_bindings([*TextArea.BINDINGS, *Input.BINDINGS, *Composer.BINDINGS])
    of_fields = {binding.key for binding in bindings if not binding.id}
    told_apart = {"f6", "f7"}  # of the larger field alone
    assert of_fields - set(FIXED) - told_apart <= EDITING


class Pane(Widget, can_focus=True):
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("text.up", "app.count('up')"),
        bound("text.down", "app.count('down')"),
    ]


class Counting(App[None]):
    """Counts what its keys do."""

    BINDINGS: ClassVar[list[BindingType]] = [bound("app.quit", "count('quit')", priority=True)]

    def __init__(self) -> None:
        super().__init__()
        self.counted: list[str] = []

    def compose(self) -> ComposeResult:
        yield Pane()

    def action_count(self, what: str) -> None:
        self.counted.append(what)


async def test_textual_gives_an_action_all_its_chosen_keys_and_no_other() -> None:
    app = Counting()
    app.set_keymap({"text.up": "j,w", "text.down": "k", "app.quit": "f9"})
    async with app.run_test() as pilot:
        app.query_one(Pane).focus()
        await pilot.press("up", "down", "ctrl+q")
        assert app.counted == []
        await pilot.press("j", "w", "k", "f9")
        assert app.counted == ["up", "up", "down", "quit"]
        app.set_keymap({})
        await pilot.press("j", "k", "w", "f9", "ctrl+q")
        assert app.counted[4:] == ["down", "up", "quit"]
