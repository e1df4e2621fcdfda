"""What the tool results of a session say, indexed once, so that each claim is looked up in no time."""

import re
from collections import defaultdict
from collections.abc import Generator, Iterator

from tui.api.models import MORE_THAN_SHOWN
from tui.conversation.grounding.claims import Claim
from tui.conversation.grounding.dates import Moment, moments
from tui.conversation.grounding.names import Name, words_of
from tui.conversation.grounding.numbers import Quantity, quantities, totals
from tui.conversation.grounding.sorted_numbers import SortedNumbers
from tui.conversation.grounding.units import UNIT, unit_named
from tui.conversation.passages import decoded, is_array, is_object
from tui.quotations import folded

PIECE_CHARS = 1024
"""Characters that are indexed in one step, which takes a few milliseconds."""

MAX_CHARS = 16 * 1024 * 1024
"""Characters that are indexed of a session's different texts. Of a larger one it is not known what stands nowhere."""

_NOT_SAID = re.compile(
    r"(?:.*_)?(?:id|ids|score|char|chars|start|end|offset|count|index|line|citation|token|url|type|rank)$"
)
"""Members of a result that are no text of a document, but where it was found."""

_SCALE = re.compile(
    r"\b(?:(thousands?)|(millions?|mio)|(billions?|bn))\b|[€$£]\s?(m)\b|['\u2019](000)s?\b", re.IGNORECASE
)
_UNIT_SOON = re.compile(rf"(?:\s+[^\W\d]+){{1,2}}\s+({UNIT})(?!\w)", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?:an?|each|every|per)\s+(minute|hour|day|week|month|year|mile|pound|dollar|euro)\b", re.IGNORECASE
)
_Reading = tuple[int | None, int | None, int | None]


class EvidenceIndex:
    """Numbers, dates, words and texts of tool results. `version` grows whenever something was added."""

    def __init__(self) -> None:
        self.version = 0
        self._chars = 0
        self._lacks_some = False
        """Whether a result was too large to be kept."""
        self._values = _Values()
        self._by_measure: defaultdict[str, _Values] = defaultdict(_Values)
        self._negative: set[float] = set()
        self._scales: set[float] = set()
        self._dates: set[_Reading] = set()
        self._yearless: set[tuple[int | None, int | None]] = set()
        self._words: set[str] = set()
        self._texts: dict[str, str] = {}
        """Each different text, folded: the passages that many questions find are indexed once."""

    def adding(self, value: object) -> Generator[None, None, None]:
        """Add a tool's result, or a question, in small steps."""
        if isinstance(value, str) and value.endswith(f"{MORE_THAN_SHOWN}."):
            self._lacks_some = True
            self.version += 1
        for text in _texts(value):
            if text in self._texts:
                continue
            self._chars += len(text)
            self.version += 1
            if not self.is_whole:
                break
            letters: list[str] = []
            for piece in _pieces(text):
                self._add(piece)
                letters.append(folded(piece))
                yield
            self._texts[text] = "".join(letters)

    @property
    def is_whole(self) -> bool:
        """Whether all that was to be added is here."""
        return self._chars <= MAX_CHARS and not self._lacks_some

    def supports(self, claim: Claim) -> bool:
        """Whether a claim stands in what was added."""
        match claim.value:
            case Quantity():
                return self._has_quantity(claim.value)
            case Moment():
                return any(self._has_moment(reading) for reading in claim.value.readings)
            case Name():
                return self._has_name(claim.value)
            case str():
                return self._has_text(folded(claim.value))
            case _:
                return all(map(self._has_text, claim.value))

    def _add(self, text: str) -> None:
        for moment in moments(text):
            for year, month, day in moment.readings:
                self._dates |= {(year, month, day), (None, month, day), (year, month, None)}
                if year is None:
                    self._yearless.add((month, day))
                else:
                    self._values.add(year)
                text = f"{text[: moment.start]}{'|' * (moment.end - moment.start)}{text[moment.end :]}"
        for found in _ONE.finditer(text):
            if unit := unit_named(found[1]):
                self._by_measure[unit.measures].add(unit.factor)
        found = quantities(text)
        for quantity in (*found, *totals(text, found)):
            self._add_quantity(quantity, _UNIT_SOON.match(text, quantity.end))
        for found in _SCALE.finditer(text):
            self._scales.add({1: 1e3, 2: 1e6, 3: 1e9, 4: 1e6, 5: 1e3}[found.lastindex or 1])
        self._words.update(words_of(text))

    def _add_quantity(self, quantity: Quantity, unit_soon: re.Match[str] | None) -> None:
        """Add a number; `unit_soon` is a unit that stands a word or two behind it: "40 full years"."""
        for value in quantity.readings:
            self._values.add(value)
            if quantity.is_negative:
                self._negative.add(_key(value))
            if quantity.measures:
                self._by_measure[quantity.measures].add(value * quantity.factor)
            elif quantity.is_part:
                continue
            elif unit_soon and (unit := unit_named(unit_soon[1])):
                self._by_measure[unit.measures].add(value * unit.factor)
            elif not quantity.is_bound:
                self._by_measure[""].add(value, is_exact=quantity.is_year)

    def _has_quantity(self, quantity: Quantity) -> bool:
        if quantity.is_negative and not any(_key(value) in self._negative for value in quantity.readings):
            return False
        return any(self._has_value(quantity, value) for value in quantity.readings) or self._has_unscaled(quantity)

    def _has_value(self, quantity: Quantity, value: float) -> bool:
        """Whether a value stands there, or one that it stands for. A number without a unit stands for itself only."""
        below, above = (quantity.below, quantity.above) if value == quantity.readings[0] else (0.0, 0.0)
        if not quantity.measures:
            is_exact = value.is_integer() and max(below, above) <= 0.5 and quantity.unscaled is None
            return self._values.has(value, *((0.0, 0.0) if is_exact else (below, above)))
        bare, factor = self._by_measure[""], quantity.factor
        if self._by_measure[quantity.measures].has(value * factor, below * factor, above * factor):
            return True
        if bare.has(value, below, above):
            return True
        # 12 % as 0.12, ten cents as 0.10
        part = 0.01 if quantity.measures == "%" else factor if factor == 0.01 else 0.0
        return part > 0 and bare.has(value * part, below * part, above * part)

    def _has_unscaled(self, quantity: Quantity) -> bool:
        """Whether "40 million" stands there as 40, in a text that speaks of millions."""
        if not quantity.unscaled or _key(quantity.readings[0] / quantity.unscaled) not in self._scales:
            return False
        return self._by_measure[""].has(quantity.unscaled)

    def _has_moment(self, reading: _Reading) -> bool:
        """Whether a date stands there, or its day without a year, and the year by itself."""
        year, month, day = reading
        if reading in self._dates:
            return True
        return year is not None and (month, day) in self._yearless and self._values.has(year)

    def _has_name(self, name: Name) -> bool:
        if not all(word in self._words for word in name.words):
            return False
        return all(self._stand_together(a, b) for a, b in zip(name.words, name.words[1:], strict=False))

    def _stand_together(self, first: str, second: str) -> bool:
        """Whether two words stand side by side somewhere, in either order, with a few others between them at most."""
        a, b = re.escape(first), re.escape(second)
        between = r"\w*(?:[\u2019']s)?\W+(?:[\w\u2019'.-]+\W+){0,4}?"
        together = re.compile(rf"\b(?:{a}{between}{b}|{b}{between}{a})", re.IGNORECASE)
        both = folded(first), folded(second)
        having_both = (text for text, letters in self._texts.items() if all(word in letters for word in both))
        return any(map(together.search, having_both))

    def _has_text(self, wanted: str) -> bool:
        return any(wanted in letters for letters in self._texts.values())


class _Values:
    """Numbers that can be found by their value, or near to it."""

    def __init__(self) -> None:
        self._keys = SortedNumbers()
        self._near = SortedNumbers()

    def add(self, value: float, *, is_exact: bool = False) -> None:
        """Add a value; an exact one is not found by what is only near to it."""
        self._keys.add(_key(value))
        if not is_exact:
            self._near.add(value)

    def has(self, value: float, below: float = 0.0, above: float = 0.0) -> bool:
        """Whether there is this value, or one that is at most so much smaller or greater."""
        key = _key(value)
        return self._keys.reach(key, key) or (max(below, above) > 0 and self._near.reach(value - below, value + above))


def _key(value: float) -> float:
    """A value without what is lost in computing."""
    return float(f"{value:.10g}")


def _texts(value: object) -> Iterator[str]:
    """The texts and numbers in a result that say something, in their order."""
    waiting = [value]
    while waiting:
        member = decoded(waiting.pop())
        if is_object(member):
            said = [
                each for name, each in member.items() if is_array(each) or is_object(each) or not _NOT_SAID.match(name)
            ]
            waiting += reversed(said)
        elif is_array(member):
            waiting += reversed(member)
        elif isinstance(member, str | int | float):
            yield str(member)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end between two lines or two words, where there are any."""
    start = 0
    while start < len(text):
        limit = start + PIECE_CHARS
        ends = [text.rfind(mark, start + 1, limit) for mark in "\n "] if limit < len(text) else [len(text)]
        end = next((end for end in ends if end > start), limit)
        yield text[start:end]
        start = end
