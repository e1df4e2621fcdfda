from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isclass, isfunction
from pkgutil import walk_packages
from typing import Any

from textual.message import Message
from textual.message_pump import MessagePump

import tui


def classes() -> Iterator[type[Any]]:
    """Every class that is defined in the app, but not in the local server."""
    for module in walk_packages(tui.__path__, "tui."):
        if not module.name.startswith("tui.local") and not module.name.endswith("__main__"):
            found = import_module(module.name)
            yield from (value for _, value in getmembers(found, isclass) if value.__module__ == module.name)


def subclasses(kind: type[Message]) -> Iterator[type[Message]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses(each)


def test_every_handler_is_called_after_a_message_that_there_is() -> None:
    handlers = {
        f"{owner.__qualname__}.{name}": name
        for owner in classes()
        if issubclass(owner, MessagePump)
        for name in vars(owner)
        if name.startswith("on_") and isfunction(vars(owner)[name])
    }
    known = {kind.handler_name for kind in subclasses(Message)}

    assert len(handlers) > 20
    assert {where for where, name in handlers.items() if name not in known} == set()
