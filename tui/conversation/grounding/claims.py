"""What a unit of an answer claims: figures, dates, quotations and names, without what only looks like them."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, TypeAlias

from tui.conversation.grounding.dates import Moment, moments
from tui.conversation.grounding.names import Name, names
from tui.conversation.grounding.numbers import Quantity, quantities
from tui.conversation.grounding.prose import HOLE, Prose
from tui.lazy_dataclass import dataclass
from tui.quotations import MIN_WORDS, pieces, quotations

ClaimKind: TypeAlias = Literal["figure", "date", "quotation", "name"]
Value: TypeAlias = Quantity | Moment | Name | Sequence[str] | str
_Found: TypeAlias = Iterator[tuple[int, int, Value]]

_CODE = re.compile(
    r"(?<![\w.-])(?:(?=\w*[A-Z])[A-Za-z]+[-\u2011]?\d(?:[\w.]*\w)?|v?\d+(?:\.\d+){2,}|\d{2,}[A-Z])(?![\w-])"
)
_LABEL = re.compile(
    r"\b(?:step|option|point|note|item|example|question|answer|source|passage|refs?\.?|references?|reason|case|turn)"
    r"\s*#?$",
    re.IGNORECASE,
)
_ENUMERATED = re.compile(r"(?<![^\s(])\d{1,2}\)")
"""What begins an item within a sentence: "(1) first, (2) then"."""

_COUNTED_UP_TO = 12
"""Words for numbers up to this one, without a unit, count what the answer itself says: "for two reasons"."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that an answer states, where it stands in the unit's text, and as a value to be looked up.

    A quotation's value is its folded pieces; that of a code, such as "GPT-4", is the code.
    """

    kind: ClaimKind
    start: int
    end: int
    text: str
    value: Value


def claims_in(prose: Prose) -> list[Claim]:
    """The claims of a unit, in their order. None is within another."""
    text, claims = prose.text, list[Claim]()
    for kind, found in _finders(prose):
        for start, end, value in list(found(text)):
            claims.append(Claim(kind, start, end, prose.text[start:end], value))
            text = text[:start] + HOLE * (end - start) + text[end:]
    return sorted(claims, key=lambda claim: claim.start)


def _finders(prose: Prose) -> Sequence[tuple[ClaimKind, Callable[[str], _Found]]]:
    """What looks for claims in a unit, in this order: what one has found the next ones do not see."""
    if prose.is_quotation:
        return (("quotation", _whole),)
    return (
        ("quotation", _quotations),
        ("date", _moments),
        ("figure", _codes),
        ("figure", _quantities),
        *(() if prose.is_heading else (("name", _names),)),
    )


def _whole(text: str) -> _Found:
    if len(text.split()) >= MIN_WORDS:
        yield 0, len(text), pieces(text)


def _quotations(text: str) -> _Found:
    return ((start, end, pieces(text[start:end])) for start, end in quotations(text))


def _moments(text: str) -> _Found:
    return ((moment.start, moment.end, moment) for moment in moments(text))


def _codes(text: str) -> _Found:
    return ((found.start(), found.end(), found[0]) for found in _CODE.finditer(text))


def _names(text: str) -> _Found:
    return ((name.start, name.end, name) for name in names(text))


def _quantities(text: str) -> _Found:
    return ((found.start, found.end, found) for found in quantities(text) if _is_claim(text, found))


def _is_claim(text: str, quantity: Quantity) -> bool:
    if quantity.is_part:
        return False
    if quantity.is_word:
        value = quantity.readings[0]
        return bool(quantity.measures) or value > _COUNTED_UP_TO or not value.is_integer()
    before = text[max(0, quantity.start - 24) : quantity.start]
    return _LABEL.search(before) is None and not _ENUMERATED.match(text, quantity.start)
