"""The numbers in a text as values: 1,000 = 1 000 = 1000 = one thousand, with their units, scales and signs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tui.conversation.grounding.number_words import spelled_numbers
from tui.conversation.grounding.units import CURRENCY_BEFORE, UNIT, unit_named
from tui.lazy_dataclass import dataclass

_SPACE = "[ \u00a0\u2009\u202f]"
_SCALES = {
    **dict.fromkeys(("k", "thousand", "tsd"), 1e3),
    **dict.fromkeys(("m", "mn", "mio", "million"), 1e6),
    **dict.fromkeys(("b", "bn", "mrd", "billion"), 1e9),
    **dict.fromkeys(("tn", "trillion"), 1e12),
}
_LETTERS = ("k", "m", "mn", "b", "bn", "tn")
"""Scales that are also units, or parts of names: they count only behind an amount of money."""

_DIGITS = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[.]\d{{3}})+(?:,\d+)?|\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d+)?"
    r"|\d{1,3}(?:['\u2019]\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)(?:e[+-]?\d{1,2})?"
)
_NUMBER = re.compile(
    rf"(?P<minus>(?:(?<=[\s(=:])|^)[-\u2212])?(?<![\w.])(?P<currency>{CURRENCY_BEFORE})?"
    rf"(?P<digits>{_DIGITS})(?![.,]?\d)(?P<fraction>{_SPACE}?[½¼¾⅓⅔]|{_SPACE}[1-9]/[2-9](?![\d/]))?"
    rf"(?:[\s-]{{0,2}}(?P<scale>thousand|million|billion|trillion|mio|mrd|tsd|mn|bn|tn|k|m|b)\b\.?)?"
    rf"(?:[\s-]{{0,2}}(?P<unit>{UNIT})(?!\w))?",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?:[\s-]{{0,2}}(?P<scale>million|billion|thousand)\b)?[\s-]{{0,2}}(?P<unit>{UNIT})(?!\w)", re.IGNORECASE
)
_ABOUT = re.compile(
    r"(?:\b(?P<near>about|around|roughly|approximately|approx\.?|some|circa|ca\.?|close to|an estimated)"
    r"|\b(?P<above>over|more than|just over|upwards of|well over)"
    r"|\b(?P<below>under|less than|fewer than|just under|nearly|almost)|(?P<sign>[~≈]))\s*$",
    re.IGNORECASE,
)
_FRACTIONS = {"½": 1 / 2, "¼": 1 / 4, "¾": 3 / 4, "⅓": 1 / 3, "⅔": 2 / 3}
_AND_CENTS = re.compile(r"\s+(?:and\s+)?")
_AND = re.compile(r",?\s*(?:and\s+)?")
_AND_A_HALF = re.compile(r"\s+and\s+a\s+half\b", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-\u2013\u2014/]|to|and|or)\s*", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[ -]([^\W\d_]+)")
_NO_NOUN_WORDS = (
    "from of in to at by and or nor for on with as is was were are per than long wide deep high tall old square thick "
    "above below more less each apart away later after before since until but if when while because so then which who "
    "that have had has been not will would degree degrees"
)
_NO_NOUN = frozenset(_NO_NOUN_WORDS.split())
"""Words behind a number that do not say of what it is."""

_SAME_SENTENCE = re.compile(r"[^.!?;:|]{1,60}")
_ELLIPTIC = re.compile(
    r"\s(?:from|of|long|wide|deep|high|tall|thick|distant|apart|away|above|below|more|less|later|after|before)\b"
)

_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")

_CODE_BEFORE = re.compile(r"\b\w*[A-Z]\w*[-\u2011]$")
_ABOUT_TOLERANCE, _BOUND_TOLERANCE = 0.05, 0.1
"""How far a number may be off, as a part of it, that says of itself that it is not exact."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number where it stands in a text. `readings` are the values that it may mean, without its unit.

    `below` and `above` say how much less and more the exact value may be that it stands for. `unscaled` is its value
    without "million" and the like. `is_bound` marks a number of something that is no unit: "seven steps", `is_year` one
    that may be a year, and `is_part` one within another word.
    """

    start: int
    end: int
    readings: tuple[float, ...]
    measures: str = ""
    factor: float = 1.0
    below: float = 0.0
    above: float = 0.0
    is_negative: bool = False
    unscaled: float | None = None
    is_word: bool = False
    is_bound: bool = False
    is_year: bool = False
    is_part: bool = False


def quantities(text: str) -> list[Quantity]:
    """The numbers in a text, in their order. In a range both have the unit and the scale of the second."""
    found = [*_digits(text), *_words(text)]
    found.sort(key=lambda quantity: quantity.start)
    return _with_cents(text, _with_unit_before(text, _with_ranges(text, found)))


def _digits(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        readings = _with_fraction(_readings(match["digits"]), match)
        scale, unit = _scale_and_unit(match)
        named = unit_named(unit or match["currency"] or "")
        parts = {"digits": True, "fraction": True, "scale": scale, "unit": unit}
        end = max(match.end(name) for name, is_taken in parts.items() if is_taken)
        factor = _SCALES.get((scale or "").casefold(), 1.0)
        digits = f"{readings[0]:g}" if match["fraction"] else match["digits"]
        below, above = _tolerance(text, match.start(), readings[0], digits)
        yield Quantity(
            match.start(),
            end,
            tuple(value * factor for value in readings),
            named.measures if named else "",
            named.factor if named else 1.0,
            below * factor,
            above * factor,
            match["minus"] is not None,
            readings[0] if scale else None,
            is_bound=_is_bound(text, end),
            is_year=_YEAR.fullmatch(match["digits"]) is not None,
            is_part=_is_part(text, match.start("digits"), end, has_currency=match["currency"] is not None),
        )


def _scale_and_unit(match: re.Match[str]) -> tuple[str | None, str | None]:
    """What of the letters behind a number is its scale, and what its unit. In "1990s" it is none."""
    scale, unit = match["scale"], match["unit"]
    if unit == "s" and len(match["digits"]) == 4 and match.end("digits") == match.start("unit"):
        return scale, None
    if scale and scale.casefold() in _LETTERS and not match["currency"]:
        is_unit = unit is None and unit_named(scale) is not None
        return None, (scale if is_unit else None)
    return scale, unit


def _readings(digits: str) -> tuple[float, ...]:
    """What digits may mean: "1.000" is one in English and a thousand in German, "12,5" is twelve and a half."""
    plain = re.sub(rf"{_SPACE}|['\u2019]", "", digits)
    if plain.count(",") > 1 or ("," in plain and "." in plain and plain.rindex(".") > plain.rindex(",")):
        return (float(plain.replace(",", "")),)
    if plain.count(".") > 1 or ("," in plain and "." in plain):
        return (float(plain.replace(".", "").replace(",", ".")),)
    whole, mark, rest = plain.partition("," if "," in plain else ".")
    if not mark or not re.fullmatch(r"\d{3}", rest) or not 0 < len(whole) <= 3 or whole == "0":
        return (float(plain.replace(",", ".")),)
    thousands, decimal = float(whole + rest), float(f"{whole}.{rest}")
    return (thousands,) if mark == "," else (decimal, thousands)


def _with_fraction(readings: tuple[float, ...], match: re.Match[str]) -> tuple[float, ...]:
    """The readings with the "½" or " 1/2" behind them added, in the last place that is written."""
    fraction = (match["fraction"] or "").strip()
    if not fraction:
        return readings
    over, _, under = fraction.partition("/")
    part = _FRACTIONS[fraction] if fraction in _FRACTIONS else int(over) / int(under)
    decimals = match["digits"].rpartition(".")[2] if "." in match["digits"] else ""
    return tuple(value + part / 10.0 ** len(decimals) for value in readings)


def _is_part(text: str, start: int, end: int, *, has_currency: bool) -> bool:
    """Whether digits belong to a name or a code: "GPT-4", "3D", "1/2"; not so in "mid-2019"."""
    if has_currency:
        return False
    if text[start - 1 : start] in tuple("_/#@") or text[end : end + 1] == "_":
        return True
    is_decade = end - start == 4 and text[end : end + 2].strip(" .,;:)") == "s"
    if (text[end : end + 1].isalpha() and not is_decade) or (
        text[end : end + 1] == "/" and text[end + 1 : end + 2].isdigit()
    ):
        return True
    return _CODE_BEFORE.search(text, max(0, start - 24), start) is not None


def _is_bound(text: str, end: int) -> bool:
    behind = _NEXT_WORD.match(text, end)
    return behind is not None and behind[1].casefold() not in _NO_NOUN


def _words(text: str) -> Iterator[Quantity]:
    for start, end, value in spelled_numbers(text):
        after = _AFTER.match(text, end)
        unit = unit_named(after["unit"]) if after else None
        if value == 0.5 and unit is None:
            continue  # "half a" of something
        half = _AND_A_HALF.match(text, after.end()) if after else None
        value += 0.5 if half else 0.0
        below, above = _tolerance(text, start, value, f"{value:g}")
        yield Quantity(
            start,
            (half or after).end() if after else end,
            (value,),
            unit.measures if unit else "",
            unit.factor if unit else 1.0,
            below,
            above,
            is_word=True,
            is_bound=_is_bound(text, end),
        )


def _tolerance(text: str, start: int, value: float, digits: str) -> tuple[float, float]:
    """How much less and more the exact value may be that a number stands for: it may be rounded, or say so itself."""
    decimals = re.sub(r"e.*", "", digits).rpartition(".")[2] if "." in digits else ""
    half = 10.0 ** -len(decimals) / 2 if sum(map(str.isdigit, digits.lstrip("0.,"))) > 1 else 0.0
    before = _ABOUT.search(text, max(0, start - 16), start)
    if before is None:
        return half, half
    if before["above"]:
        return 0.0, _BOUND_TOLERANCE * value
    if before["below"]:
        return _BOUND_TOLERANCE * value, 0.0
    shown = len(re.sub(r"\D", "", digits).strip("0"))
    magnitude = 10.0 ** len(str(int(value))) if value >= 1 else 1.0
    near = max(half, min(_ABOUT_TOLERANCE * value, magnitude / 10.0**shown if shown > 1 else value))
    return near, near


def _with_ranges(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """The same numbers, where the first of "5 to 10 million" has the scale of the second, and that its century."""
    made = list(found)
    for at in range(len(made) - 1):
        first, second = made[at], made[at + 1]
        if second.start - first.end > 5 or not _RANGE.fullmatch(text, first.end, max(first.end, second.start)):
            continue
        value, other = first.readings[0], second.readings[0]
        if second.unscaled and not first.unscaled and not first.measures:
            made[at] = replace(first, readings=(*first.readings, value * other / second.unscaled))
        elif (
            not first.is_word and first.end - first.start == 4 and 10 <= other < 100 and second.end - second.start == 2
        ):
            made[at + 1] = replace(second, readings=(value // 100 * 100 + other, other))
        if not first.measures and second.measures:
            made[at] = replace(made[at], measures=second.measures, factor=second.factor)
    return made


def _with_unit_before(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """The same numbers, where the second of "540 miles from here, and 350 from there" is one of miles, too."""
    made: list[Quantity] = []
    for quantity in found:
        before = made[-1] if made else None
        is_same = before is not None and before.measures and _SAME_SENTENCE.fullmatch(text, before.end, quantity.start)
        if before and is_same and not quantity.measures and _ELLIPTIC.match(text, quantity.end):
            quantity = replace(quantity, measures=before.measures, factor=before.factor)
        made.append(quantity)
    return made


def totals(text: str, found: Sequence[Quantity]) -> Iterator[Quantity]:
    """What "1 minute 36 seconds" and the like are together."""
    total: Quantity | None = None
    for quantity in found:
        is_smaller = total is not None and quantity.measures == total.measures and quantity.factor < total.factor
        if total is not None and is_smaller and quantity.measures and _AND.fullmatch(text, total.end, quantity.start):
            value = total.readings[0] + quantity.readings[0] * quantity.factor / total.factor
            total = replace(total, end=quantity.end, readings=(value,))
            yield total
        else:
            total = quantity


def _with_cents(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """The same numbers, with "eight dollars and ten cents" as one."""
    made: list[Quantity] = []
    for quantity in found:
        before = made[-1] if made else None
        is_cents = quantity.measures in ("USD", "EUR") and quantity.factor == 0.01
        follows = (
            before and before.measures == quantity.measures and _AND_CENTS.fullmatch(text, before.end, quantity.start)
        )
        if before and follows and is_cents and before.factor == 1:
            whole = before.readings[0] + quantity.readings[0] / 100
            made[-1] = replace(before, end=quantity.end, readings=(whole,), below=0.005, above=0.005)
        else:
            made.append(quantity)
    return made
