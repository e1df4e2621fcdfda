"""Letters on the links and citations that are on the screen: typing one follows it."""

from collections.abc import Iterable
from string import ascii_letters

from tui.lineview.targets import Target
from tui.lineview.viewport import Place


class TargetLetters:
    """Shows letters until the next key."""

    def __init__(self) -> None:
        self._targets: dict[str, Target] = {}

    @property
    def are_shown(self) -> bool:
        return bool(self._targets)

    def show(self, targets: Iterable[Target]) -> None:
        """Give each a letter; beyond the end of the alphabet there are none."""
        self._targets = dict(zip(ascii_letters, targets, strict=False))

    def take(self, letter: str | None) -> Target | None:
        """The target of a letter; no letters are shown any more."""
        targets, self._targets = self._targets, {}
        return targets.get(letter or "")

    def in_row(self, place: Place) -> tuple[tuple[int, str], ...]:
        """The cells of a row that a letter is laid over."""
        if not self._targets:
            return ()
        return tuple((target.cell, letter) for letter, target in self._targets.items() if target.place == place)
