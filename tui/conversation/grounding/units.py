"""Units of measure and currencies as they are written behind or before a number."""

import re
from collections.abc import Mapping

from tui.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class MeasureUnit:
    """What is measured, and by how much a number in this unit is multiplied to be compared."""

    measures: str
    factor: float = 1.0


def _spelled(measures: str, **names: float) -> Mapping[str, MeasureUnit]:
    return {name: MeasureUnit(measures, factor) for name, factor in names.items()}


def _plural(measures: str, **names: float) -> Mapping[str, MeasureUnit]:
    return _spelled(measures, **names, **{f"{name}s": factor for name, factor in names.items()})


_DAY = 86_400.0
_CURRENCIES = {"$": "USD", "US$": "USD", "€": "EUR", "£": "pound", "¥": "JPY", "₹": "INR"}
_BY_NAME: Mapping[str, MeasureUnit] = {
    **{name: MeasureUnit("%") for name in ("%", "percent", "per cent", "pct", "percentage points", "percentage point")},
    **{name: MeasureUnit(code) for name, code in _CURRENCIES.items()},
    **{code.casefold(): MeasureUnit(code) for code in ("EUR", "USD", "JPY", "INR", "CHF")},
    **_plural("pound", pound=1, gbp=1),
    **_plural("EUR", euro=1),
    **_plural("USD", dollar=1, cent=0.01),
    **_plural("s", second=1, minute=60, hour=3600, day=_DAY, week=7 * _DAY, hr=3600, sec=1, min=60),
    **_spelled("s", ms=0.001, s=1, h=3600),
    **_plural("s", millisecond=0.001),
    **_plural("month", month=1, year=12, decade=120, yr=12),
    **_plural("m", metre=1, meter=1, kilometre=1000, kilometer=1000, centimetre=0.01, millimetre=0.001),
    **_spelled("m", mm=0.001, cm=0.01, m=1, km=1000),
    **_plural("g", gram=1, kilogram=1000, tonne=1_000_000),
    **_spelled("g", mg=0.001, g=1, kg=1000),
    **_plural("B", byte=1, kilobyte=1e3, megabyte=1e6, gigabyte=1e9),
    **_spelled("B", b=1, kb=1e3, mb=1e6, gb=1e9, tb=1e12, kib=2**10, mib=2**20, gib=2**30),
    **_spelled("in", inch=1, inches=1, foot=12, feet=12, ft=12, yard=36, yards=36),
    **_plural("mile", mile=1),
    **_plural("acre", acre=1, hectare=2.471),
    "°c": MeasureUnit("°C"),
    "°f": MeasureUnit("°F"),
}
_names = sorted(map(re.escape, _BY_NAME), key=len, reverse=True)
UNIT = "|".join(_names).replace(r"per\ cent", r"per\s+cent").replace(r"percentage\ ", r"percentage\s+")
"""A pattern of all units, for a text in any case."""

CURRENCY_BEFORE = r"(?:US)?\$|[€£¥₹]|(?:EUR|USD|GBP|JPY|INR|CHF)\s?"
"""A pattern of the currencies that stand before a number."""


def unit_named(written: str) -> MeasureUnit | None:
    """The unit of this name or sign; None where it is none."""
    return _BY_NAME.get(" ".join(written.casefold().split())) or _BY_NAME.get(written.strip())
