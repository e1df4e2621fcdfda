"""One result of a doctor check."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["ok", "warn", "problem"]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was checked, and what came of it. Texts are fit to show."""

    subject: str
    verdict: Severity
    state: str

    advice: str = ""
    """What to do, "" where nothing needs to be done."""
