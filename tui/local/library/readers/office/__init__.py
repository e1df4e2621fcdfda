"""What Word, PowerPoint and spreadsheets share: libraries that are the optional extra `llamachat-tui[office]`."""

from importlib import import_module
from typing import Any

from tui.local.library.documents import UnreadableError

EXTRA = "llamachat-tui[office]"


class NeedsExtraError(UnreadableError):
    """The file could be read if an optional library was installed."""

    def __init__(self) -> None:
        super().__init__(f"to read it, install {EXTRA}")


def office_library(name: str) -> Any:
    """An optional library. Raises `NeedsExtraError`."""
    try:
        return import_module(name)
    except ImportError:
        raise NeedsExtraError from None
