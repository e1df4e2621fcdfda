"""The dates and times of day in a text, in their usual forms."""

import re
from collections.abc import Iterator

from tui.lazy_dataclass import dataclass

_MONTHS = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
)
_NUMBERS = {name: number for names in _MONTHS for number, name in enumerate(names.split(), 1)} | {"sept": 9}
_MONTH = rf"(?P<month>{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\.?"
_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
_UP_TO_TWENTY = {word: number for number, word in enumerate(_ORDINAL_WORDS.split(), 1)}
_ORDINALS = {
    **_UP_TO_TWENTY,
    **{f"twenty-{word}": 20 + number for word, number in _UP_TO_TWENTY.items() if number < 10},
    **{"thirtieth": 30, "thirty-first": 31},
}
_DAY = rf"(?P<day>[0-3]?\d|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})(?:st|nd|rd|th|d|\.|er)?"
_YEAR = r"(?P<year>[12]\d{3})"
_BEFORE, _BEHIND = r"(?<![\w.,/-])", r"(?![\w/]|[-.,:]\d)"
_WRITTEN = (
    rf"{_BEFORE}{_YEAR}[-/.](?P<month_number>0\d|1[0-2])[-/.](?P<day>[0-3]\d)(?:T(?=\d\d:\d\d)|(?![\w/]|[-.]\d))",
    rf"{_BEFORE}{_DAY}\s+(?:day\s+)?(?:of\s+|de\s+)?{_MONTH},?(?:\s+(?:de\s+)?{_YEAR})?{_BEHIND}",
    rf"{_BEFORE}{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?{_BEHIND}",
    rf"{_BEFORE}{_MONTH},?\s+(?:of\s+|de\s+)?{_YEAR}{_BEHIND}",
    rf"{_BEFORE}{_YEAR}-(?P<month_number>0[1-9]|1[0-2]){_BEHIND}",
)
_HOUR_WORDS = "one two three four five six seven eight nine ten eleven twelve"
_PATTERNS = [re.compile(pattern, re.IGNORECASE) for pattern in _WRITTEN]
_NUMERIC = re.compile(r"(?<![\w.,/-])(?P<a>[0-3]?\d)([./-])(?P<b>[0-3]?\d)\2(?P<year>[12]\d{3}|\d\d)(?![\w/]|[-.]\d)")
_HOURS = {word: number for number, word in enumerate(_HOUR_WORDS.split(), 1)}
_O_CLOCK = re.compile(
    rf"\b(?:(?P<part>half|(?:a\s+)?quarter|\d+)(?:\s+minutes)?\s+(?P<to>to|past)\s+)?(?P<hour>1?\d|{'|'.join(_HOURS)})"
    r"\s+o['\u2019]clock\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?<![\w.,:/-])(?:(?P<hour>[0-2]?\d)[:.](?P<minute>[0-5]\d)(?::[0-5]\d)?|(?P<only>1?\d))"
    r"\s*(?P<half>[ap]\.?\s?m\b\.?)?(?![\w:])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, a month or a time of day where it stands in a text. `readings` are what it may mean.

    A reading is year, month and day, each None where it is not said; a time of day is None, hour and minute, with the
    hour counted from 100.
    """

    start: int
    end: int
    readings: tuple[tuple[int | None, int | None, int | None], ...]


def moments(text: str) -> list[Moment]:
    """The dates and times in a text, in their order; none overlaps another."""
    found: list[Moment] = []
    taken = bytearray(len(text))
    for moment in (*_dates(text), *_times(text)):
        if not any(taken[moment.start : moment.end]):
            taken[moment.start : moment.end] = b"\1" * (moment.end - moment.start)
            found.append(moment)
    return sorted(found, key=lambda moment: moment.start)


def _dates(text: str) -> Iterator[Moment]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            fields = match.groupdict()
            month = int(fields.get("month_number") or _NUMBERS[(fields.get("month") or "jan").casefold()])
            year, day = fields.get("year"), fields.get("day")
            number = None if day is None else _ORDINALS.get(day.casefold()) or int(re.sub(r"\D", "", day) or 0)
            if (number is None or 1 <= number <= 31) and not _is_modal(match):
                yield Moment(match.start(), match.end(), ((int(year) if year else None, month, number),))
    for match in _NUMERIC.finditer(text):
        a, b, year = int(match["a"]), int(match["b"]), int(match["year"])
        year += 0 if year > 99 else 2000 if year < 70 else 1900
        readings = tuple((year, month, day) for day, month in ((a, b), (b, a)) if 1 <= month <= 12 and 1 <= day <= 31)
        if readings:
            yield Moment(match.start(), match.end(), tuple(dict.fromkeys(readings)))


def _is_modal(match: re.Match[str]) -> bool:
    """Whether a number before "may" or "march" is no day: "the 12 may choose"."""
    return match["month"] in ("may", "march", "mars") if "month" in match.groupdict() and match["month"] else False


def _times(text: str) -> Iterator[Moment]:
    for match in _O_CLOCK.finditer(text):
        minutes = {"half": 30}.get((match["part"] or "0").casefold()) or int(
            re.sub(r"\D", "", match["part"] or "") or 15
        )
        minutes = (minutes if match["part"] else 0) * (-1 if (match["to"] or "").casefold() == "to" else 1)
        at = (_HOURS.get(match["hour"].casefold()) or int(match["hour"])) * 60 + minutes
        readings = tuple((None, 100 + (at + half) // 60 % 24, at % 60) for half in (0, 720))
        yield Moment(match.start(), match.end(), readings)
    for match in _TIME.finditer(text):
        half = (match["half"] or "").casefold()[:1]
        if match["hour"] is None and not half:
            continue
        if match["hour"] is not None and "." in match[0].split("m")[0][:3] and not half:
            continue  # "3.45" is a number
        hour, minute = int(match["hour"] or match["only"]), int(match["minute"] or 0)
        if hour < 25 and (not half or 1 <= hour <= 12):
            hour = hour % 12 + 12 * (half == "p") if half else hour
            yield Moment(match.start(), match.end(), ((None, 100 + hour, minute),))
