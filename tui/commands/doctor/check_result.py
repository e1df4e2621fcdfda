"""One thing that was looked at."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["ok", "warn", "problem"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was looked at, how it is, and what can be done about it ("" where nothing needs to be)."""

    subject: str
    verdict: Severity
    state: str
    advice: str = ""
